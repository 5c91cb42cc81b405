"""IAM policy documents, one for each role of the platform.

Each statement is what a role's own code calls, on what it calls it. No action and no resource is `*`. Nobody but the
engine makes or removes buckets, keys and databases.
"""

from collections.abc import Mapping

from infra.plans.aws.statements import (
    LIST,
    MAKE_TABLES,
    PUT_OBJECTS,
    READ_ITEMS,
    READ_OBJECTS,
    READ_TABLES,
    WRITE_ITEMS,
    WRITE_TABLES,
    Document,
    Estate,
    allow,
    check_signatures,
    document,
    use_key,
)


def assume_role_policy(*, service: str) -> Document:
    """Return the trust policy for an AWS service such as `ec2.amazonaws.com`."""
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]})


def pod_trust(cluster_arn: str | None, *, namespace: str, service_account: str) -> Document:
    """Return the trust policy for the pods of one service account, by EKS Pod Identity.

    EKS tags each session with where the pod is (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html):
    whoever may make an association cannot give the role to other pods. The ARN of the cluster names its account too.

    Args:
        cluster_arn: the stack's cluster; None where the stack uses one that it does not know the ARN of.
        namespace: of the service account.
        service_account: its name.

    """
    tags = {"kubernetes-namespace": namespace, "kubernetes-service-account": service_account}
    if cluster_arn:
        tags["eks-cluster-arn"] = cluster_arn
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": {f"aws:RequestTag/{tag}": value for tag, value in tags.items()}},
        }
    )


def people_trust(account: str, *, partition: str = "aws") -> Document:
    """Return the trust policy of a role for people: users of the account whose own policies allow it, with MFA."""
    return document(
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
    return document(
        allow("ListLake", LIST, lake),
        # Iceberg removes the files of a commit that lost a race; versioning keeps what was removed.
        allow("WriteLake", (*READ_OBJECTS, *PUT_OBJECTS, "s3:DeleteObject"), f"{lake}/*"),
        allow("WriteTables", (*READ_TABLES, *WRITE_TABLES), *estate.tables(*sorted(estate.databases))),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def training_policy(*, estate: Estate) -> Document:
    """Return the rights of training: read the lake and the releases, and write features."""
    lake, features, registry = (
        estate.bucket(name) for name in (estate.lake_bucket, estate.features_bucket, estate.registry_bucket)
    )
    return document(
        allow("List", LIST, lake, features, registry),
        allow("ReadLake", READ_OBJECTS, f"{lake}/*"),
        allow("ReadTables", READ_TABLES, *estate.tables(*sorted(estate.databases))),
        allow("WriteFeatures", (*READ_OBJECTS, *PUT_OBJECTS), f"{features}/*"),
        allow("WriteOnlineFeatures", (*READ_ITEMS, *WRITE_ITEMS, *MAKE_TABLES), *estate.online_tables),
        allow("ReadReleases", READ_OBJECTS, f"{registry}/*"),  # a candidate is compared with the one that is live
        check_signatures(estate, "releases"),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def serving_policy(*, estate: Estate) -> Document:
    """Return the rights of a release process: read releases and online features, append predictions."""
    lake, features, registry = (
        estate.bucket(name) for name in (estate.lake_bucket, estate.features_bucket, estate.registry_bucket)
    )
    return document(
        allow("List", LIST, lake, features, registry),  # the lake: a writer looks first whether its file is there
        # Of the features a release reads the records of their copies; one from before it did so reads Feast's registry.
        allow("ReadReleases", READ_OBJECTS, f"{registry}/*", f"{features}/*"),
        check_signatures(estate, "releases"),
        allow("ReadOnlineFeatures", READ_ITEMS, *estate.online_tables),
        allow("AppendPredictions", (*READ_OBJECTS, *PUT_OBJECTS), f"{lake}/predictions/*"),
        allow(
            "CommitPredictions",
            (*READ_TABLES, "glue:CreateTable", "glue:UpdateTable"),
            *estate.tables("predictions"),
        ),
        # Each commit writes the table's metadata anew, and removes the one that is twenty commits old.
        allow("DropOldMetadata", ("s3:DeleteObject",), f"{lake}/predictions/*.metadata.json"),
        allow("KnowConsumers", ("secretsmanager:GetSecretValue",), estate.keyrings),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
        use_key(estate, "kms:Decrypt", service="secretsmanager", sid="OpenKeyrings"),
    )


def consumers_policy(*, estate: Estate) -> Document:
    """Return the rights of people who give consumers their keys: read the keyrings, and write new versions of them."""
    writes = ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
    return document(
        allow("KeepKeyrings", tuple(f"secretsmanager:{action}" for action in writes), estate.keyrings),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey", service="secretsmanager"),
    )


def triage_policy(*, estate: Estate) -> Document:
    """Return the rights of people who triage reports: read predictions and labels, append labels and decisions."""
    lake = estate.bucket(estate.lake_bucket)
    return document(
        allow("List", LIST, lake),
        allow("ReadLabels", READ_OBJECTS, f"{lake}/labels/*"),
        allow("ReadTables", READ_TABLES, *estate.tables("labels", "predictions")),
        allow("AppendDecisions", (*READ_OBJECTS, *PUT_OBJECTS), f"{lake}/predictions/*"),
        allow("CommitDecisions", ("glue:CreateTable", "glue:UpdateTable"), *estate.tables("predictions")),
        # Each commit writes the table's metadata anew, and removes the one that is twenty commits old.
        allow("DropOldMetadata", ("s3:DeleteObject",), f"{lake}/predictions/*.metadata.json"),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def evaluation_policy(*, estate: Estate) -> Document:
    """Return the rights of the evaluation: read what it compares, and keep the prediction log in order."""
    lake, registry = (estate.bucket(name) for name in (estate.lake_bucket, estate.registry_bucket))
    return document(
        allow("List", LIST, lake, registry),
        allow("ReadLabelsAndFeatures", READ_OBJECTS, *(f"{lake}/{layer}/*" for layer in ("curated", "labels"))),
        allow("ReadReleases", READ_OBJECTS, f"{registry}/*"),
        check_signatures(estate, "releases"),
        allow("ReadTables", READ_TABLES, *estate.tables("curated", "labels", "predictions")),
        # Compaction writes files anew and removes what a commit that lost a race left; versioning keeps that.
        allow("RewriteLog", (*READ_OBJECTS, *PUT_OBJECTS, "s3:DeleteObject"), f"{lake}/predictions/*"),
        allow("CommitLog", ("glue:UpdateTable",), *estate.tables("predictions")),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def exporter_policy(*, estate: Estate) -> Document:
    """Return the rights of the lake's exporter: the metadata of every table, and no rows."""
    return document(
        allow("ReadMetadata", READ_OBJECTS, f"{estate.bucket(estate.lake_bucket)}/*.metadata.json"),
        allow("ListTables", ("glue:GetTables",), *estate.tables(*sorted(estate.databases))),
        use_key(estate, "kms:Decrypt"),
    )


def portal_policy(*, estate: Estate) -> Document:
    """Return the rights of the portal: read metadata, predictions with their reports, and releases; change nothing."""
    lake, registry = (estate.bucket(name) for name in (estate.lake_bucket, estate.registry_bucket))
    return document(
        allow("List", LIST, registry),
        allow("ReadMetadata", READ_OBJECTS, f"{lake}/*.metadata.json"),
        allow("ReadPredictions", READ_OBJECTS, f"{lake}/predictions/*"),
        allow("ReadReleases", READ_OBJECTS, f"{registry}/*"),
        check_signatures(estate, "releases", "ledger"),
        allow("ReadTables", READ_TABLES, *estate.tables(*sorted(estate.databases))),
        use_key(estate, "kms:Decrypt"),
    )


def alerting_policy(*, estate: Estate, key_arn: str, topic_arns: Mapping[str, str]) -> Document:
    """Return the rights of Alertmanager: publish to the topics of the teams, and use their key."""
    topics = estate.model_copy(update={"key_arn": key_arn})
    return document(
        allow("TellTeams", ("sns:Publish",), *sorted(topic_arns.values())),
        use_key(topics, "kms:Decrypt", "kms:GenerateDataKey", service="sns"),
    )
