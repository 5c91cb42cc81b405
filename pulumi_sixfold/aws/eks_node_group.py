"""EKS node groups: the machines of a cluster."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from pulumi_sixfold.aws.eks_waiting import TIMEOUT_S, settled, updated, waited
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Block, Input, Unordered, plain
from pulumi_sixfold.kit.charge import Charge, number
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import NodegroupTypeDef

_DISK_GIB = 50
_Some = Annotated[int, Field(ge=1)]


class Taint(Block):
    """Kubernetes taint: keeps pods away that do not tolerate it."""

    key: Input[str] = Field(description="Name of the taint.")
    value: Input[str] = Field("", description="Its value.")
    effect: Input[Literal["NO_EXECUTE", "NO_SCHEDULE", "PREFER_NO_SCHEDULE"]] = Field(
        "NO_SCHEDULE", description="NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE."
    )


class NodeGroupArgs(Args):
    """The inputs of a NodeGroup. How many machines run between the two sizes is the autoscaler's."""

    name: Input[Annotated[str, Field(pattern=r"^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$")] | None] = Field(
        None, description="1-63 characters; None: derived from the resource's name. A change replaces."
    )
    cluster: Input[str] = Field(description="Name of the cluster. A change replaces.")
    role_arn: Input[str] = Field(description="Role of the machines. A change replaces.")
    subnet_ids: Input[Unordered] = Field(description="Where machines are. A change replaces.")
    instance_types: Input[list[Input[str]]] = Field(description="Types of machine, best first. A change replaces.")
    ami_type: Input[str] = Field(
        "AL2023_x86_64_STANDARD", description="Image in EKS's words; another for ARM or GPU. A change replaces."
    )
    capacity: Input[Literal["ON_DEMAND", "SPOT"]] = Field(
        "ON_DEMAND",
        description="ON_DEMAND, or SPOT: cheaper, and taken away at two minutes' notice. A change replaces.",
    )
    disk_gib: Input[_Some] = Field(_DISK_GIB, description="GiB of disk of a machine. A change replaces.")
    min_size: Input[Annotated[int, Field(ge=0)]] = Field(description="Machines at least, 0 or more.")
    max_size: Input[_Some] = Field(description="Machines at most, 1 or more.")
    version: Input[Annotated[str, Field(pattern=r"^1\.\d+$")]] = Field(
        description="Kubernetes version, such as `1.33`; not beyond the cluster's. Machines are replaced one by one."
    )
    labels: Input[dict[str, Input[str]]] = Field(default={}, description="Kubernetes labels of the machines.")
    taints: Input[list[Taint]] = Field(default=[], description="Kubernetes taints of the machines.")
    tags: Tags = Field(default={}, description=TAGS)


def _charges(inputs: Mapping[str, Any]) -> list[Charge]:
    """Return the least number of machines and their disks. Spot machines count as on demand: their price moves."""
    least, disk = number(inputs, "min_size"), number(inputs, "disk_gib", _DISK_GIB)
    kinds = inputs.get("instance_types")
    kind = kinds[0] if isinstance(kinds, list) and kinds else None
    if not isinstance(kind, str) or least is None or disk is None:
        return []
    return [
        Charge("instance_hour", least, f"{least:g} of {kind}", of=kind),
        Charge("gp3_gib_month", least * disk, f"{least:g} disks of {disk:g} GiB"),
    ]


class NodeGroupHandler(AwsHandler[NodeGroupArgs]):
    """An EKS node group; its id is `<cluster>/<name>`."""

    facts = Facts(
        token="sixfold:eks:NodeGroup",
        args=NodeGroupArgs,
        service="eks",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset(
            {"name", "cluster", "role_arn", "subnet_ids", "instance_types", "ami_type", "capacity", "disk_gib"}
        ),
        identity=frozenset({"name", "cluster"}),
        reads={
            "DescribeNodegroup": reading(
                "nodegroupName nodegroupArn clusterName version capacityType scalingConfig.minSize "
                "scalingConfig.maxSize instanceTypes subnets amiType nodeRole labels taints diskSize",
                at="nodegroup",
                theirs="createdAt health modifiedAt releaseVersion resources scalingConfig.desiredSize status",
                fixed={"updateConfig.maxUnavailable": 1, "updateConfig.updateStrategy": "DEFAULT"},
            ),
        },
        outputs={"arn": "ARN of the node group."},
        timeout_s=TIMEOUT_S,
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys", pair=None),
        actions=(
            *actions(
                "eks",
                "CreateNodegroup DeleteNodegroup DescribeNodegroup DescribeUpdate TagResource UntagResource "
                "UpdateNodegroupConfig UpdateNodegroupVersion",
            ),
            "iam:PassRole",
            "iam:CreateServiceLinkedRole",  # for the account's first group
        ),
        arns=(
            "arn:aws:eks:{at}:nodegroup/{cluster}/{name}/*",
            "arn:aws:eks:{at}:cluster/{cluster}",
            "arn:aws:iam::{account}:role/aws-service-role/eks-nodegroup.amazonaws.com/*",
        ),
        passes_roles_to="ec2.amazonaws.com",
        charges=_charges,
    )
    client: "EKSClient"

    def create(self, urn: str, args: NodeGroupArgs) -> str:
        """Make the group with its tags, or adopt the one that this URN made; it is ready when `update` goes on."""
        resource_id = f"{args.cluster}/{args.name}"
        if self.adopts(urn, resource_id, f"the node group {resource_id}"):
            return resource_id
        literals: Any = {"amiType": args.ami_type, "capacityType": args.capacity, "taints": plain(args.taints)}
        self.client.create_nodegroup(
            clusterName=args.cluster,
            nodegroupName=str(args.name),
            nodeRole=args.role_arn,
            subnets=args.subnet_ids,
            instanceTypes=args.instance_types,
            diskSize=args.disk_gib,
            version=args.version,
            scalingConfig=_sizes(args, args.min_size),
            labels=args.labels,
            tags={**args.tags, URN_TAG: urn},
            **literals,
        )
        return resource_id

    def describe(self, resource_id: str) -> State[NodeGroupArgs]:
        """Read the group."""
        return _state(self._group(resource_id))

    def ready(self, resource_id: str) -> State[NodeGroupArgs]:
        """Return the state once no operation is in progress."""
        return _state(settled(self.client, "nodegroup_active", lambda: self._group(resource_id), **_names(resource_id)))

    def change(self, resource_id: str, difference: Difference[NodeGroupArgs]) -> None:
        """Change what differs. EKS takes one change at a time, so that each is waited for."""
        client, names = self.client, _names(resource_id)
        where = {"name": names["clusterName"], "nodegroupName": names["nodegroupName"]}
        part = self._part(resource_id, difference)
        if part:
            updated(client, client.update_nodegroup_config(**names, **part), **where)
        if "version" in difference:
            updated(client, client.update_nodegroup_version(**names, version=difference.want.version), **where)

    def delete(self, resource_id: str, args: NodeGroupArgs) -> None:  # noqa: ARG002 - the id says all
        """Drain the machines and remove them, and wait until they are gone."""
        with self.missing_is_fine():
            names = _names(resource_id)
            if self._group(resource_id).get("status") != "DELETING":
                self.client.delete_nodegroup(**names)
            waited(self.client, "nodegroup_deleted", **names)

    def id_of(self, arn: str) -> str:
        """Return `<cluster>/<name>`, which an ARN has before an id of EKS's own."""
        return super().id_of(arn).rsplit("/", 1)[0]

    def _group(self, resource_id: str) -> "NodegroupTypeDef":
        return self.client.describe_nodegroup(**_names(resource_id))["nodegroup"]

    def _part(self, resource_id: str, difference: Difference[NodeGroupArgs]) -> dict[str, Any]:
        """Return the arguments of UpdateNodegroupConfig; empty where it has nothing to change."""
        have, want, part = difference.have, difference.want, dict[str, Any]()
        if difference.names & {"min_size", "max_size"}:
            # The autoscaler may have moved it since the state was read.
            now = self._group(resource_id).get("scalingConfig", {}).get("desiredSize", 0)
            part["scalingConfig"] = _sizes(want, now)
        if "labels" in difference:
            gone = sorted(have.labels.keys() - want.labels.keys())
            part["labels"] = {"addOrUpdateLabels": want.labels, "removeLabels": gone}
        if "taints" in difference:
            # A taint is known by its key and effect: removing one that is also put would take the new one away.
            kept = {(taint.key, taint.effect) for taint in want.taints}
            part["taints"] = {
                "addOrUpdateTaints": plain([taint for taint in want.taints if taint not in have.taints]),
                "removeTaints": plain([taint for taint in have.taints if (taint.key, taint.effect) not in kept]),
            }
        return part


def _names(resource_id: str) -> dict[str, Any]:
    cluster, name = resource_id.split("/", 1)
    return {"clusterName": cluster, "nodegroupName": name}


def _sizes(args: NodeGroupArgs, now: int) -> Any:  # noqa: ANN401 - boto3's typed dict
    """Return the sizes, with as many machines as now where that lies between them."""
    wanted = min(max(now, args.min_size), args.max_size)
    return {"minSize": args.min_size, "maxSize": args.max_size, "desiredSize": wanted}


def _state(found: "NodegroupTypeDef") -> State[NodeGroupArgs]:
    sizes = found.get("scalingConfig", {})
    args = NodeGroupArgs.model_validate(
        {
            "name": found["nodegroupName"],
            "cluster": found["clusterName"],
            "role_arn": found["nodeRole"],
            "subnet_ids": found["subnets"],
            "instance_types": found.get("instanceTypes", []),
            "ami_type": found["amiType"],
            "capacity": found["capacityType"],
            "disk_gib": found.get("diskSize", 20),
            "min_size": sizes.get("minSize", 0),
            "max_size": sizes.get("maxSize", 1),
            "version": found["version"],
            "labels": found.get("labels", {}),
            "taints": found.get("taints", []),
        }
    )
    return State(args, {"arn": found["nodegroupArn"]}, found.get("tags", {}))
