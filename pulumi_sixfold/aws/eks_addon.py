"""EKS add-ons: software that AWS runs in a cluster."""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from pulumi_sixfold.aws.eks_waiting import TIMEOUT_S, settled, updated, waited
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Document, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import AddonTypeDef


class AddonArgs(Args):
    """The inputs of an Addon. Its pods get their role from a PodIdentityAssociation."""

    cluster: Input[str] = Field(description="Name of the cluster. A change replaces.")
    addon: Input[str] = Field(description="Name of the add-on, such as `vpc-cni`. A change replaces.")
    version: Input[str] = Field(description="Version of the add-on, such as `v1.19.0-eksbuild.1`.")
    configuration: Input[Document | None] = Field(None, description="Settings after the add-on's own schema, JSON.")
    overwrite: Input[bool] = Field(
        False, description="Settings win over what somebody changed in the cluster; else a conflict fails."
    )
    preserve: Input[bool] = Field(False, description="A delete leaves the software in the cluster.")
    tags: Tags = Field(default={}, description=TAGS)


class AddonHandler(AwsHandler[AddonArgs]):
    """Software that AWS runs in a cluster; its id is `<cluster>/<addon>`."""

    facts = Facts(
        token="sixfold:eks:Addon",
        args=AddonArgs,
        service="eks",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"cluster", "addon"}),
        identity=frozenset({"cluster", "addon"}),
        reads={
            "DescribeAddon": reading(
                "addonName clusterName addonVersion addonArn configurationValues",
                at="addon",
                theirs="createdAt health marketplaceInformation modifiedAt namespaceConfig owner publisher status",
            ),
        },
        outputs={"arn": "ARN of the add-on."},
        unreadable=frozenset({"overwrite", "preserve"}),
        timeout_s=TIMEOUT_S,
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys", pair=None),
        actions=actions(
            "eks",
            "CreateAddon DeleteAddon DescribeAddon DescribeUpdate TagResource UntagResource UpdateAddon",
        ),
        arns=(
            "arn:aws:eks:{at}:cluster/{cluster}",
            "arn:aws:eks:{at}:addon/{cluster}/{addon}/*",
        ),
        free="AWS's own: free; its pods run on the machines",
    )
    client: "EKSClient"

    def create(self, urn: str, args: AddonArgs) -> str:
        """Install the add-on with its tags, or adopt the one that this URN made; `update` waits until it runs."""
        resource_id = f"{args.cluster}/{args.addon}"
        if self.adopts(urn, resource_id, f"the add-on {resource_id}"):
            return resource_id
        self.client.create_addon(
            **_names(resource_id),
            addonVersion=args.version,
            **_settings(args),
            tags={**args.tags, URN_TAG: urn},
        )
        return resource_id

    def describe(self, resource_id: str) -> State[AddonArgs]:
        """Read the add-on."""
        return _state(self._addon(resource_id))

    def ready(self, resource_id: str) -> State[AddonArgs]:
        """Return the state once no operation is in progress."""
        return _state(settled(self.client, "addon_active", lambda: self._addon(resource_id), **_names(resource_id)))

    def change(self, resource_id: str, difference: Difference[AddonArgs]) -> None:
        """Install another version, or other settings."""
        names, want = _names(resource_id), difference.want
        answer = self.client.update_addon(**names, addonVersion=want.version, **_settings(want))
        updated(self.client, answer, name=names["clusterName"], addonName=names["addonName"])

    def delete(self, resource_id: str, args: AddonArgs) -> None:
        """Remove the add-on, and its software unless it is preserved, and wait until it is gone."""
        with self.missing_is_fine():
            names = _names(resource_id)
            if self._addon(resource_id).get("status") != "DELETING":
                self.client.delete_addon(**names, preserve=args.preserve)
            waited(self.client, "addon_deleted", **names)

    def id_of(self, arn: str) -> str:
        """Return `<cluster>/<addon>`, which an ARN has before an id of EKS's own."""
        return super().id_of(arn).rsplit("/", 1)[0]

    def _addon(self, resource_id: str) -> "AddonTypeDef":
        return self.client.describe_addon(**_names(resource_id))["addon"]


def _names(resource_id: str) -> dict[str, Any]:
    cluster, addon = resource_id.split("/", 1)
    return {"clusterName": cluster, "addonName": addon}


def _settings(args: AddonArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    """Return settings as EKS takes them; an empty document takes earlier ones back."""
    return {
        "configurationValues": args.configuration or "{}",
        "resolveConflicts": "OVERWRITE" if args.overwrite else "NONE",
    }


def _state(found: "AddonTypeDef") -> State[AddonArgs]:
    settings = found.get("configurationValues")
    args = AddonArgs(
        cluster=found["clusterName"],
        addon=found["addonName"],
        version=found["addonVersion"],
        configuration=None if settings in {None, "", "{}"} else settings,
    )
    return State(args, {"arn": found["addonArn"]}, found.get("tags", {}))
