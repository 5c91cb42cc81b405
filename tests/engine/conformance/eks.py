"""EKS clusters."""

from pulumi_sixfold.aws.eks import ClusterHandler
from tests.engine.conformance._case import GONE, Case

_ROLE = "arn:aws:iam::123456789012:role/control-plane"
_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
_NO_VERSION = "moto has no UpdateClusterVersion; see test_eks.py"
_NO_PROTECTION = "moto knows no deletionProtection; see test_eks.py"
_NO_PARTS = "moto's UpdateClusterConfig forgets the half of the network that is not sent; see test_eks.py"
_NETWORK = ("subnet_ids", "security_group_ids", "private_access", "public_access", "public_cidrs")
_NO_MODE = "moto knows no accessConfig; see test_eks.py"
_UNTRIED = {
    "authentication_mode": _NO_MODE,
    "version": _NO_VERSION,
    "deletion_protection": _NO_PROTECTION,
    **dict.fromkeys(_NETWORK, _NO_PARTS),
}


def _arn(name: str) -> str:
    return f"arn:aws:eks:eu-west-1:123456789012:cluster/{name}"


CASES = {
    "cluster": Case(
        ClusterHandler,
        {"role_arn": _ROLE, "version": "1.33", "subnet_ids": ["subnet-b", "subnet-a"]},
        changes=[
            {"log_types": ["audit"]},
            {"tags": {"a": "b"}},
            {"kms_key_arn": _KEY},
            {"role_arn": f"{_ROLE}-2"},
            {"name": "other"},
        ],
        drift={
            "tags": lambda aws, name: aws("eks").tag_resource(resourceArn=_arn(name), tags={"by": "hand"}),
            "log_types": lambda aws, name: aws("eks").update_cluster_config(
                name=name, logging={"clusterLogging": [{"types": ["api"], "enabled": True}]}
            ),
            GONE: lambda aws, name: aws("eks").delete_cluster(name=name),
        },
        constant=_UNTRIED,
        unseen=_UNTRIED,
    ),
}
