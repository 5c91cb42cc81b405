"""EKS pod identities: which role the pods of a service account have."""

from typing import TYPE_CHECKING

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient


class PodIdentityAssociationArgs(Args):
    """The inputs of a PodIdentityAssociation."""

    cluster: Input[str] = Field(description="Name of the cluster. A change replaces.")
    namespace: Input[str] = Field(description="Kubernetes namespace of the service account. A change replaces.")
    service_account: Input[str] = Field(description="Name of the service account. A change replaces.")
    role_arn: Input[str] = Field(description="The role; it must trust `pods.eks.amazonaws.com`.")
    tags: Tags = Field(default={}, description=TAGS)


class PodIdentityAssociationHandler(AwsHandler[PodIdentityAssociationArgs]):
    """The role of a service account; its id is `<cluster>/<association id>`."""

    facts = Facts(
        token="sixfold:eks:PodIdentityAssociation",
        args=PodIdentityAssociationArgs,
        service="eks",
        gone=frozenset({"ResourceNotFoundException", "NotFoundException"}),
        create_only=frozenset({"cluster", "namespace", "service_account"}),
        identity=frozenset({"cluster", "namespace", "service_account"}),
        reads={
            "DescribePodIdentityAssociation": reading(
                "clusterName namespace serviceAccount roleArn associationArn",
                at="association",
                theirs="associationId createdAt externalId modifiedAt",
            ),
        },
        outputs={"arn": "ARN of the association."},
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys", pair=None),
        actions=(
            *actions(
                "eks",
                "CreatePodIdentityAssociation DeletePodIdentityAssociation DescribePodIdentityAssociation "
                "ListPodIdentityAssociations TagResource UntagResource UpdatePodIdentityAssociation",
            ),
            "iam:PassRole",
        ),
        arns=(
            "arn:aws:eks:{at}:cluster/{cluster}",
            "arn:aws:eks:{at}:podidentityassociation/{cluster}/*",
        ),
        passes_roles_to="pods.eks.amazonaws.com",
        free="free",
    )
    client: "EKSClient"

    def create(self, urn: str, args: PodIdentityAssociationArgs) -> str:
        """Make the association with its tags, or adopt the one that this URN made."""
        found = self._existing(args)
        what = f"the role of {args.namespace}/{args.service_account} in {args.cluster}"
        if found and self.adopts(urn, found, what):
            return found
        made = self.client.create_pod_identity_association(
            clusterName=args.cluster,
            namespace=args.namespace,
            serviceAccount=args.service_account,
            roleArn=args.role_arn,
            tags={**args.tags, URN_TAG: urn},
        )
        return f"{args.cluster}/{made['association']['associationId']}"

    def describe(self, resource_id: str) -> State[PodIdentityAssociationArgs]:
        """Read the association."""
        cluster, association = resource_id.split("/", 1)
        answer = self.client.describe_pod_identity_association(clusterName=cluster, associationId=association)
        found = answer["association"]
        args = PodIdentityAssociationArgs(
            cluster=found["clusterName"],
            namespace=found["namespace"],
            service_account=found["serviceAccount"],
            role_arn=found["roleArn"],
        )
        return State(args, {"arn": found["associationArn"]}, found.get("tags", {}))

    def change(self, resource_id: str, difference: Difference[PodIdentityAssociationArgs]) -> None:
        """Change the role; pods get it when they restart."""
        cluster, association = resource_id.split("/", 1)
        self.client.update_pod_identity_association(
            clusterName=cluster, associationId=association, roleArn=difference.want.role_arn
        )

    def delete(self, resource_id: str, args: PodIdentityAssociationArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the association; pods keep the role until they start again."""
        cluster, association = resource_id.split("/", 1)
        with self.missing_is_fine():
            self.client.delete_pod_identity_association(clusterName=cluster, associationId=association)

    def _existing(self, args: PodIdentityAssociationArgs) -> str | None:
        listed = self.client.list_pod_identity_associations(
            clusterName=args.cluster, namespace=args.namespace, serviceAccount=args.service_account
        )["associations"]
        return f"{args.cluster}/{listed[0]['associationId']}" if listed else None
