"""EKS clusters, and the ECR repositories that they pull from.

Controls: https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html and ecr-controls.html
"""

from collections.abc import Iterable

from infra.policies.rule import Props, Rule, is_off, is_on
from infra.policies.values import UNKNOWN, get

_CLUSTER = ("sixfold:eks:Cluster",)
_REPOSITORY = ("sixfold:ecr:Repository",)
# The control's own floor since April 2026. AWS raises it as versions leave standard support:
# https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
OLDEST_MINOR = 33


def _supported(props: Props) -> Iterable[str]:
    version = get(props, "version")
    if isinstance(version, str) and int(version.removeprefix("1.")) < OLDEST_MINOR:
        yield f"version is {version}"


def _audited(props: Props) -> Iterable[str]:
    types = get(props, "log_types") or []
    if types is not UNKNOWN and "audit" not in types and UNKNOWN not in types:
        yield "log_types has no audit"


RULES = (
    Rule(
        "EKS.1",
        "A cluster's API is not on the internet",
        _CLUSTER,
        is_off("public_access"),
        "leave public_access out; reach the API from inside the network",
    ),
    Rule(
        "EKS.2",
        "A cluster runs a Kubernetes that AWS supports",
        _CLUSTER,
        _supported,
        f"set version to 1.{OLDEST_MINOR} or later, one minor version at a time",
    ),
    Rule(
        "EKS.3",
        "Kubernetes secrets are encrypted by a KMS key",
        _CLUSTER,
        is_on("kms_key_arn"),
        "set kms_key_arn to the ARN of a Key",
    ),
    Rule(
        "EKS.8",
        "What is asked of a cluster's API is on record",
        _CLUSTER,
        _audited,
        "add audit to log_types",
    ),
    Rule(
        "ECR.1",
        "Images are scanned as they arrive",
        _REPOSITORY,
        is_on("scan_on_push"),
        "set scan_on_push=True",
    ),
    Rule(
        "ECR.2",
        "A tag always means the same image",
        _REPOSITORY,
        is_on("immutable_tags"),
        "set immutable_tags=True",
    ),
    Rule(
        "ECR.3",
        "A repository says which images go",
        _REPOSITORY,
        is_on("lifecycle_policy"),
        "set lifecycle_policy, for instance to expire untagged images",
    ),
)
