"""EKS clusters. What else lives in a cluster has a file of its own beside this one."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field

from pulumi_sixfold.aws.eks_waiting import TIMEOUT_S, updated, waited
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Cidr, Tags
from pulumi_sixfold.kit.args import Args, Input, Unordered, in_order
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Quota, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.migration import added
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import ClusterTypeDef

_ACCESS = {"private_access", "public_access", "public_cidrs"}
_Log = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
_LOGS = get_args(_Log)


class ClusterArgs(Args):
    """The inputs of a Cluster: reached from inside its network only, access by AccessEntry, unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$")] | None] = Field(
        None, description="1-100 characters; None: derived from the resource's name. A change replaces."
    )
    role_arn: Input[str] = Field(description="Role of the control plane. A change replaces.")
    version: Input[Annotated[str, Field(pattern=r"^1\.\d+$")]] = Field(
        description="Kubernetes version, such as `1.33`; one minor version up at a time, never down."
    )
    subnet_ids: Input[Unordered] = Field(description="Subnets of the control plane, in two zones at least.")
    security_group_ids: Input[Unordered] = Field(default=[], description="Security groups beside the cluster's own.")
    private_access: Input[bool] = Field(True, description="The API is reached from inside the network.")
    public_access: Input[bool] = Field(False, description="The API is reached from the internet.")
    public_cidrs: Input[Annotated[list[Input[Cidr]], AfterValidator(in_order)]] = Field(
        default=["0.0.0.0/0"], description="From where on the internet; means nothing without public_access."
    )
    log_types: Input[Annotated[list[_Log], AfterValidator(sorted)]] = Field(
        default=["api", "audit", "authenticator"],
        description="Logs that go to CloudWatch: api, audit, authenticator, controllerManager, scheduler.",
    )
    kms_key_arn: Input[str | None] = Field(
        None, description="KMS key over Kubernetes secrets; None: AWS's own. A change replaces."
    )
    authentication_mode: Input[Literal["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]] = Field(
        "API",
        description="Who gets in: those with an AccessEntry (API), those whom the ConfigMap `aws-auth` names, or both. "
        "Only towards API.",
    )
    deletion_protection: Input[bool] = Field(False, description="AWS refuses to delete the cluster.")
    tags: Tags = Field(default={}, description=TAGS)


class ClusterHandler(AwsHandler[ClusterArgs]):
    """An EKS cluster; its id is its name.

    Who made the cluster is its administrator; everybody else has an AccessEntry.
    """

    facts = Facts(
        token="sixfold:eks:Cluster",
        args=ClusterArgs,
        service="eks",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"name", "role_arn", "kms_key_arn"}),
        reads={
            "DescribeCluster": reading(
                "arn version endpoint roleArn resourcesVpcConfig.subnetIds resourcesVpcConfig.securityGroupIds "
                "resourcesVpcConfig.clusterSecurityGroupId resourcesVpcConfig.endpointPublicAccess "
                "resourcesVpcConfig.endpointPrivateAccess resourcesVpcConfig.publicAccessCidrs logging identity.oidc "
                "certificateAuthority.data encryptionConfig.provider.keyArn accessConfig.authenticationMode "
                "deletionProtection",
                at="cluster",
                theirs="accessConfig.bootstrapClusterCreatorAdminPermissions certificateAuthority.active "
                "clientRequestToken createdAt health id name kubernetesNetworkConfig.serviceIpv4Cidr platformVersion "
                "resourcesVpcConfig.vpcId "
                "status",
                fixed={
                    "controlPlaneScalingConfig.tier": "standard",
                    "encryptionConfig.resources": (["secrets"],),
                    "kubernetesNetworkConfig.ipFamily": "ipv4",
                    "resourcesVpcConfig.controlPlaneEgressMode": "AWS_MANAGED",
                    "upgradePolicy.supportType": "EXTENDED",
                },
                most={"encryptionConfig": 1},
            ),
        },
        outputs={
            "arn": "ARN of the cluster.",
            "endpoint": "URL of the Kubernetes API.",
            "certificate": "Authority that signed the API's certificate, PEM in base64.",
            "issuer": "URL of the issuer of its service accounts' tokens.",
            "security_group_id": "The cluster's own security group.",
        },
        name_limit=100,
        migrations=(added(authentication_mode="API"),),
        timeout_s=TIMEOUT_S,
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys", pair=None),
        actions=(
            *actions(
                "eks",
                "CreateCluster DeleteCluster DescribeCluster DescribeUpdate TagResource UntagResource "
                "UpdateClusterConfig "
                "UpdateClusterVersion",
            ),
            "iam:PassRole",
            *(
                "iam:CreateServiceLinkedRole",
                "kms:CreateGrant",
                "kms:DescribeKey",
            ),  # EKS asks for them behind CreateCluster
        ),
        arns=(
            "arn:aws:eks:{at}:cluster/{name}",
            "arn:aws:kms:{at}:key/*",
            "arn:aws:iam::{account}:role/aws-service-role/eks.amazonaws.com/*",
        ),
        passes_roles_to="eks.amazonaws.com",
        charges=lambda _: [Charge("eks_cluster_hour", what="control plane")],
        unnarrowable=frozenset({"eks:CreateCluster"}),
        quota=Quota("eks", "L-1194D53C", "EKS clusters", "eks", "list_clusters", "clusters"),
    )
    client: "EKSClient"

    def create(self, urn: str, args: ClusterArgs) -> str:
        """Make the cluster with its tags, or adopt the one that this URN made; it is ready when `update` goes on."""
        name = str(args.name)
        if self.adopts(urn, name, f"the cluster {name}"):
            return name
        key = args.kms_key_arn
        encryption: Any = [{"resources": ["secrets"], "provider": {"keyArn": key}}] if key else []
        self.client.create_cluster(
            name=name,
            version=args.version,
            roleArn=args.role_arn,
            resourcesVpcConfig=_network(args) | _access(args),
            logging=_logging(args),
            encryptionConfig=encryption,
            accessConfig={
                "authenticationMode": args.authentication_mode,
                "bootstrapClusterCreatorAdminPermissions": True,
            },
            deletionProtection=args.deletion_protection,
            tags={**args.tags, URN_TAG: urn},
        )
        return name

    def ready(self, resource_id: str) -> State[ClusterArgs]:
        """Return the state once the cluster is active: EKS takes no change before."""
        if self.client.describe_cluster(name=resource_id)["cluster"].get("status") != "ACTIVE":
            waited(self.client, "cluster_active", name=resource_id)
        return self.describe(resource_id)

    def change(self, resource_id: str, difference: Difference[ClusterArgs]) -> None:
        """Change what differs. EKS takes one change at a time, so that each is waited for."""
        client, want = self.client, difference.want
        if "version" in difference:
            answer = client.update_cluster_version(name=resource_id, version=want.version)
            updated(client, answer, name=resource_id)
        parts: tuple[tuple[set[str], Any], ...] = (
            ({"subnet_ids", "security_group_ids"}, {"resourcesVpcConfig": _network(want)}),
            (_ACCESS if want.public_access else _ACCESS - {"public_cidrs"}, {"resourcesVpcConfig": _access(want)}),
            ({"log_types"}, {"logging": _logging(want)}),
            *self._steps(difference),
            ({"deletion_protection"}, {"deletionProtection": want.deletion_protection}),
        )
        for names, part in parts:
            if names & difference.names:
                updated(client, client.update_cluster_config(name=resource_id, **part), name=resource_id)

    def _steps(self, difference: Difference[ClusterArgs]) -> list[tuple[set[str], Any]]:
        """Return the changes of the authentication mode: EKS takes no way past the one in the middle."""
        have, want = difference.have.authentication_mode, difference.want.authentication_mode
        ways = ["API_AND_CONFIG_MAP", want] if (have, want) == ("CONFIG_MAP", "API") else [want]
        return [({"authentication_mode"}, {"accessConfig": {"authenticationMode": mode}}) for mode in ways]

    def describe(self, resource_id: str) -> State[ClusterArgs]:
        """Read the cluster."""
        found = self.client.describe_cluster(name=resource_id)["cluster"]
        network = found["resourcesVpcConfig"]
        args = ClusterArgs(
            name=resource_id,
            role_arn=found["roleArn"],
            version=found["version"],
            subnet_ids=network.get("subnetIds", []),
            security_group_ids=network.get("securityGroupIds", []),
            private_access=network.get("endpointPrivateAccess", False),
            public_access=network.get("endpointPublicAccess", False),
            public_cidrs=network.get("publicAccessCidrs") or ["0.0.0.0/0"],
            log_types=_log_types(found),
            kms_key_arn=_key_of(found),
            authentication_mode=found.get("accessConfig", {}).get("authenticationMode", "API"),
            deletion_protection=found.get("deletionProtection", False),
        )
        outputs = {
            "arn": found["arn"],
            "endpoint": found.get("endpoint", ""),
            "certificate": found.get("certificateAuthority", {}).get("data", ""),
            "issuer": found.get("identity", {}).get("oidc", {}).get("issuer", ""),
            "security_group_id": network.get("clusterSecurityGroupId", ""),
        }
        return State(args, outputs, found.get("tags", {}))

    def delete(self, resource_id: str, args: ClusterArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the cluster, and wait until it is gone; deletion_protection refuses, in AWS itself."""
        with self.missing_is_fine():
            if self.client.describe_cluster(name=resource_id)["cluster"].get("status") != "DELETING":
                self.client.delete_cluster(name=resource_id)
            waited(self.client, "cluster_deleted", name=resource_id)


def _network(args: ClusterArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    return {"subnetIds": args.subnet_ids, "securityGroupIds": args.security_group_ids}


def _access(args: ClusterArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    cidrs = {"publicAccessCidrs": args.public_cidrs} if args.public_access else {}
    return {"endpointPrivateAccess": args.private_access, "endpointPublicAccess": args.public_access, **cidrs}


def _logging(args: ClusterArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    off = [kind for kind in _LOGS if kind not in args.log_types]
    groups = [{"types": args.log_types, "enabled": True}, {"types": off, "enabled": False}]
    return {"clusterLogging": [group for group in groups if group["types"]]}


def _log_types(found: "ClusterTypeDef") -> Any:  # noqa: ANN401 - literals
    groups = found.get("logging", {}).get("clusterLogging", [])
    return sorted(kind for group in groups if group.get("enabled") for kind in group.get("types", []))


def _key_of(found: "ClusterTypeDef") -> str | None:
    configured = found.get("encryptionConfig", [])
    return configured[0].get("provider", {}).get("keyArn") if configured else None
