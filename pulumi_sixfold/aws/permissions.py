"""Which IAM action an operation of AWS needs."""

import re

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_OF_S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
_OF_BUDGETS = {
    **dict.fromkeys(
        ("DescribeBudget", "DescribeBudgets", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification"),
        "ViewBudget",
    ),
    **dict.fromkeys(
        ("CreateBudget", "CreateNotification", "DeleteBudget", "DeleteNotification", "UpdateBudget"), "ModifyBudget"
    ),
}
_OTHERWISE = {"budgets": _OF_BUDGETS, "s3": _OF_S3}
"""Services that name their actions otherwise than their operations."""

_SAID = re.compile(r"not authorized to perform:? ([a-z0-9-]+:\w+)")


def action_of(service: str, operation: str) -> str:
    """Return the action that an operation needs; `service` is the prefix of its actions, such as `s3`."""
    return f"{service}:{_OTHERWISE.get(service, {}).get(operation, operation)}"


def missing_action(message: str, operation: str) -> str:
    """Return which action a refusal is about: the one that it names; S3's older ones name none."""
    said = _SAID.search(message)
    return said[1] if said else action_of("s3", operation)
