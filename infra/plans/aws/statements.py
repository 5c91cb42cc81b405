"""Parts of the policies of the platform's roles: the facts of a stack, groups of actions, and statements."""

from typing import Any

from sixfold.declared import Strict
from sixfold.outputs import OF, Purpose, keyring_name

Document = dict[str, Any]

READ_OBJECTS = ("s3:GetObject",)
PUT_OBJECTS = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
LIST = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
READ_TABLES = ("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables")
WRITE_TABLES = ("glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable")
READ_ITEMS = ("dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
WRITE_ITEMS = ("dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
# `feast apply` makes the online tables.
MAKE_TABLES = (
    "dynamodb:CreateTable",
    "dynamodb:UpdateTable",
    "dynamodb:TagResource",
    "dynamodb:ListTagsOfResource",
)


class Estate(Strict):
    """Shared facts of the roles: physical names, and the keys.

    `key_arn` is that of the key which encrypts the buckets, and `signing_arns` those of the keys that sign, by purpose.
    `databases` are the Glue databases by layer; `feature_project` is the prefix of the online feature tables.
    """

    stack: str
    region: str
    account: str
    partition: str = "aws"
    key_arn: str
    signing_arns: dict[Purpose, str]
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


def allow(sid: str, actions: tuple[str, ...], *resources: str) -> dict[str, Any]:
    """Return the statement that allows actions on resources."""
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def use_key(estate: Estate, *actions: str, service: str = "s3", sid: str = "UseKey") -> dict[str, Any]:
    """Allow the key only as a service uses it: nobody decrypts with it directly."""
    through = {"StringEquals": {"kms:ViaService": f"{service}.{estate.region}.amazonaws.com"}}
    return {**allow(sid, actions, estate.key_arn), "Condition": through}


def check_signatures(estate: Estate, *purposes: Purpose) -> dict[str, Any]:
    """Return the statement that allows to ask whether releases, or entries of the ledger, are signed."""
    return allow("CheckSignatures", ("kms:Verify",), *(estate.signing_arns[purpose] for purpose in purposes))


def document(*statements: dict[str, Any]) -> Document:
    """Return the policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}
