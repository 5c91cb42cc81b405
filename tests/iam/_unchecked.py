"""Actions that AWS asks for and moto does not; a test fails once moto does ask."""

from collections.abc import Iterator

_PASS_ROLE = "moto does not ask whether a role may be passed on"
_REASONS = {
    _PASS_ROLE: {
        "sixfold:eks:Cluster": "iam:PassRole",
        "sixfold:eks:NodeGroup": "iam:PassRole",
        "sixfold:events:Rule": "iam:PassRole",
        "sixfold:iam:InstanceProfile": "iam:PassRole",
    },
    "AWS asks for it behind another call": {
        "sixfold:dynamodb:Table": "kms:CreateGrant kms:DescribeKey",
        "sixfold:ec2:VpcEndpoint": (
            "ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs route53:AssociateVPCWithHostedZone"
        ),
        "sixfold:ecr:Repository": "kms:CreateGrant kms:DescribeKey kms:RetireGrant",
        "sixfold:eks:Cluster": "iam:CreateServiceLinkedRole kms:CreateGrant kms:DescribeKey",
        "sixfold:eks:NodeGroup": "iam:CreateServiceLinkedRole",
        "sixfold:s3:BucketObject": "kms:Decrypt kms:GenerateDataKey",
        "sixfold:secretsmanager:Secret": "kms:Decrypt kms:GenerateDataKey",
    },
    "moto has no such operation": {
        "sixfold:athena:WorkGroup": "athena:UpdateWorkGroup",
        "sixfold:eks:Cluster": "eks:UpdateClusterVersion",
        "sixfold:eks:NodeGroup": "eks:UpdateNodegroupVersion",
        "sixfold:iam:OpenIdConnectProvider": (
            "iam:AddClientIDToOpenIDConnectProvider iam:RemoveClientIDFromOpenIDConnectProvider"
        ),
        "sixfold:logs:LogGroup": "logs:AssociateKmsKey logs:DisassociateKmsKey",
    },
    "moto's UpdateTable ignores the encryption, so that no case changes it": {
        "sixfold:dynamodb:Table": "dynamodb:UpdateTable",
    },
    "moto's updates are done at once, and nothing waits": {
        "sixfold:eks:Cluster": "eks:DescribeUpdate",
        "sixfold:eks:NodeGroup": "eks:DescribeUpdate",
    },
    "moto tags only clusters": {"sixfold:eks:NodeGroup": "eks:TagResource eks:UntagResource"},
    "moto asks for DeleteObject alone, AWS for this one too where a version is named": {
        "sixfold:s3:Bucket": "s3:DeleteObjectVersion",
    },
    "botocore's waiter takes a refusal for a yes, and would wait for nothing": {"sixfold:s3:Bucket": "s3:ListBucket"},
    "AWS hides from those who may not list that an object is missing; moto tells": {
        "sixfold:s3:BucketObject": "s3:ListBucket",
    },
}


def _each() -> Iterator[tuple[tuple[str, str], str]]:
    for reason, found in _REASONS.items():
        for token, actions in found.items():
            yield from (((token, action), reason) for action in actions.split())


UNCHECKED = dict(_each())
"""(type, action) → why its absence is not felt here."""
