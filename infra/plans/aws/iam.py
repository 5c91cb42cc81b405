"""IAM policy documents, one for each role of the platform.

Each statement is what a role's own code calls, on what it calls it. No action and no resource is `*`. Nobody but the
engine makes or removes buckets, keys and databases.
"""

from collections.abc import Mapping
from typing import Any

from sixfold.declared import Strict
from sixfold.outputs import OF, keyring_name

Document = dict[str, Any]

_READ_OBJECTS = ("s3:GetObject",)
_PUT_OBJECTS = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_LIST = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
_READ_TABLES = ("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables")
_WRITE_TABLES = ("glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable")
_READ_ITEMS = ("dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
_WRITE_ITEMS = ("dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
# `feast apply` makes the online tables.
_MAKE_TABLES = (
    "dynamodb:CreateTable",
    "dynamodb:UpdateTable",
    "dynamodb:TagResource",
    "dynamodb:ListTagsOfResource",
)


class Estate(Strict):
    """Shared facts of the roles: physical names, and the key that encrypts the buckets.

    `databases` are the Glue databases by layer; `feature_project` is the prefix of the online feature tables.
    """

    stack: str
    region: str
    account: str
    partition: str = "aws"
    key_arn: str
    lake_bucket: str
    features_bucket: str
    registry_bucket: str
    databases: dict[str, str]
    feature_project: str

    def tables(self, *layers: str) -> list[str]:
        """Return the ARNs that Glue asks for to reach all tables of some layers."""
        glue = f"arn:{self.partition}:glue:{self.region}:{self.account}"
        names = [self.databases[layer] for layer in layers]
        return [
            f"{glue}:catalog",
            *(f"{glue}:database/{name}" for name in names),
            *(f"{glue}:table/{name}/*" for name in names),
        ]

    def bucket(self, name: str) -> str:
        """Return the ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{name}"

    @property
    def online_tables(self) -> list[str]:
        """The ARN patterns of the online feature tables; Feast names them `<project>.<feature view>`.

        Each product is a project; releases from before that share the one without a product's name.
        """
        tables = f"arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/{self.feature_project}"
        return [f"{tables}.*", f"{tables}{OF}*"]

    @property
    def keyrings(self) -> str:
        """The ARN pattern of the products' keyrings; Secrets Manager puts six letters behind each name."""
        secret = f"arn:{self.partition}:secretsmanager:{self.region}:{self.account}:secret"
        return f"{secret}:{keyring_name(self.stack, '*')}-??????"


def assume_role_policy(*, service: str) -> Document:
    """Return the trust policy for an AWS service such as `ecs-tasks.amazonaws.com` or `pods.eks.amazonaws.com`."""
    tags = ["sts:TagSession"] if service == "pods.eks.amazonaws.com" else []  # pod identity tags each session
    return _document({"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole", *tags]})


def people_trust(account: str, *, partition: str = "aws") -> Document:
    """Return the trust policy of a role for people: users of the account whose own policies allow it, with MFA."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
            "Action": ["sts:AssumeRole"],
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        }
    )


def ingest_policy(*, estate: Estate) -> Document:
    """Return the rights of data loads: the whole lake, and nothing else."""
    lake = estate.bucket(estate.lake_bucket)
    return _document(
        _allow("ListLake", _LIST, lake),
        # Iceberg removes the files of a commit that lost a race; versioning keeps what was removed.
        _allow("WriteLake", (*_READ_OBJECTS, *_PUT_OBJECTS, "s3:DeleteObject"), f"{lake}/*"),
        _allow("WriteTables", (*_READ_TABLES, *_WRITE_TABLES), *estate.tables(*sorted(estate.databases))),
        _key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def training_policy(*, estate: Estate) -> Document:
    """Return the rights of training: read the lake, write features, add releases to the registry."""
    lake, features, registry = (
        estate.bucket(name) for name in (estate.lake_bucket, estate.features_bucket, estate.registry_bucket)
    )
    return _document(
        _allow("List", _LIST, lake, features, registry),
        _allow("ReadLake", _READ_OBJECTS, f"{lake}/*"),
        _allow("ReadTables", _READ_TABLES, *estate.tables(*sorted(estate.databases))),
        _allow("WriteFeatures", (*_READ_OBJECTS, *_PUT_OBJECTS), f"{features}/*"),
        _allow("WriteOnlineFeatures", (*_READ_ITEMS, *_WRITE_ITEMS, *_MAKE_TABLES), *estate.online_tables),
        _allow("AddReleases", (*_READ_OBJECTS, *_PUT_OBJECTS), f"{registry}/*"),  # what is published is never deleted
        _key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def serving_policy(*, estate: Estate) -> Document:
    """Return the rights of a release process: read releases and online features, append predictions."""
    lake, features, registry = (
        estate.bucket(name) for name in (estate.lake_bucket, estate.features_bucket, estate.registry_bucket)
    )
    return _document(
        _allow("List", _LIST, lake, features, registry),  # the lake: a writer looks first whether its file is there
        # Of the features a release reads the records of their copies; one from before it did so reads Feast's registry.
        _allow("ReadReleases", _READ_OBJECTS, f"{registry}/*", f"{features}/*"),
        _allow("ReadOnlineFeatures", _READ_ITEMS, *estate.online_tables),
        _allow("AppendPredictions", (*_READ_OBJECTS, *_PUT_OBJECTS), f"{lake}/predictions/*"),
        _allow(
            "CommitPredictions",
            (*_READ_TABLES, "glue:CreateTable", "glue:UpdateTable"),
            *estate.tables("predictions"),
        ),
        # Each commit writes the table's metadata anew, and removes the one that is twenty commits old.
        _allow("DropOldMetadata", ("s3:DeleteObject",), f"{lake}/predictions/*.metadata.json"),
        _allow("KnowConsumers", ("secretsmanager:GetSecretValue",), estate.keyrings),
        _key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
        _key(estate, "kms:Decrypt", service="secretsmanager", sid="OpenKeyrings"),
    )


def consumers_policy(*, estate: Estate) -> Document:
    """Return the rights of people who give consumers their keys: read the keyrings, and write new versions of them."""
    writes = ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
    return _document(
        _allow("KeepKeyrings", tuple(f"secretsmanager:{action}" for action in writes), estate.keyrings),
        _key(estate, "kms:Decrypt", "kms:GenerateDataKey", service="secretsmanager"),
    )


def triage_policy(*, estate: Estate) -> Document:
    """Return the rights of people who triage reports: read predictions and labels, append labels and decisions."""
    lake = estate.bucket(estate.lake_bucket)
    return _document(
        _allow("List", _LIST, lake),
        _allow("ReadLabels", _READ_OBJECTS, f"{lake}/labels/*"),
        _allow("ReadTables", _READ_TABLES, *estate.tables("labels", "predictions")),
        _allow("AppendDecisions", (*_READ_OBJECTS, *_PUT_OBJECTS), f"{lake}/predictions/*"),
        _allow("CommitDecisions", ("glue:CreateTable", "glue:UpdateTable"), *estate.tables("predictions")),
        # Each commit writes the table's metadata anew, and removes the one that is twenty commits old.
        _allow("DropOldMetadata", ("s3:DeleteObject",), f"{lake}/predictions/*.metadata.json"),
        _key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def evaluation_policy(*, estate: Estate) -> Document:
    """Return the rights of the evaluation: read what it compares, and keep the prediction log in order."""
    lake, registry = (estate.bucket(name) for name in (estate.lake_bucket, estate.registry_bucket))
    return _document(
        _allow("List", _LIST, lake, registry),
        _allow("ReadLabelsAndFeatures", _READ_OBJECTS, *(f"{lake}/{layer}/*" for layer in ("curated", "labels"))),
        _allow("ReadReleases", _READ_OBJECTS, f"{registry}/*"),
        _allow("ReadTables", _READ_TABLES, *estate.tables("curated", "labels", "predictions")),
        # Compaction writes files anew and removes what a commit that lost a race left; versioning keeps that.
        _allow("RewriteLog", (*_READ_OBJECTS, *_PUT_OBJECTS, "s3:DeleteObject"), f"{lake}/predictions/*"),
        _allow("CommitLog", ("glue:UpdateTable",), *estate.tables("predictions")),
        _key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def exporter_policy(*, estate: Estate) -> Document:
    """Return the rights of the lake's exporter: the metadata of every table, and no rows."""
    return _document(
        _allow("ReadMetadata", _READ_OBJECTS, f"{estate.bucket(estate.lake_bucket)}/*.metadata.json"),
        _allow("ListTables", ("glue:GetTables",), *estate.tables(*sorted(estate.databases))),
        _key(estate, "kms:Decrypt"),
    )


def portal_policy(*, estate: Estate) -> Document:
    """Return the rights of the portal: read metadata, predictions with their reports, and releases; change nothing."""
    lake, registry = (estate.bucket(name) for name in (estate.lake_bucket, estate.registry_bucket))
    return _document(
        _allow("List", _LIST, registry),
        _allow("ReadMetadata", _READ_OBJECTS, f"{lake}/*.metadata.json"),
        _allow("ReadPredictions", _READ_OBJECTS, f"{lake}/predictions/*"),
        _allow("ReadReleases", _READ_OBJECTS, f"{registry}/*"),
        _allow("ReadTables", _READ_TABLES, *estate.tables(*sorted(estate.databases))),
        _key(estate, "kms:Decrypt"),
    )


def alerting_policy(*, estate: Estate, key_arn: str, topic_arns: Mapping[str, str]) -> Document:
    """Return the rights of Alertmanager: publish to the topics of the teams, and use their key."""
    topics = estate.model_copy(update={"key_arn": key_arn})
    return _document(
        _allow("TellTeams", ("sns:Publish",), *sorted(topic_arns.values())),
        _key(topics, "kms:Decrypt", "kms:GenerateDataKey", service="sns"),
    )


def _allow(sid: str, actions: tuple[str, ...], *resources: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _key(estate: Estate, *actions: str, service: str = "s3", sid: str = "UseKey") -> dict[str, Any]:
    """Allow the key only as a service uses it: nobody decrypts with it directly."""
    through = {"StringEquals": {"kms:ViaService": f"{service}.{estate.region}.amazonaws.com"}}
    return {**_allow(sid, actions, estate.key_arn), "Condition": through}


def _document(*statements: dict[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
