"""EKS pod identities: which role the pods of a service account have."""

from typing import TYPE_CHECKING

from pydantic import Field

from pulumi_sixfold.aws.handler import (
    TAGS,
    URN_TAG,
    AwsHandler,
    actions,
    own_tags,
    settle_tags,
)
from pulumi_sixfold.kit.args import Args, Input, Tags
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import PodIdentityAssociationTypeDef


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
        outputs={"arn": "ARN of the association."},
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
        if found:
            tags = self._association(found).get("tags", {})
            self.owned(urn, tags, f"the role of {args.namespace}/{args.service_account} in {args.cluster}")
            return found
        made = self.client.create_pod_identity_association(
            clusterName=args.cluster,
            namespace=args.namespace,
            serviceAccount=args.service_account,
            roleArn=args.role_arn,
            tags={**args.tags, URN_TAG: urn},
        )
        return f"{args.cluster}/{made['association']['associationId']}"

    def update(self, urn: str, resource_id: str, args: PodIdentityAssociationArgs) -> None:
        """Change what differs; pods get a new role when they start again."""
        found, client = self._association(resource_id), self.client
        arn = found["associationArn"]
        settle_tags(
            found.get("tags", {}),
            {**args.tags, URN_TAG: urn},
            put=lambda tags: client.tag_resource(resourceArn=arn, tags=tags),
            remove=lambda keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
        )
        if found.get("roleArn") != args.role_arn:
            client.update_pod_identity_association(
                clusterName=args.cluster, associationId=found["associationId"], roleArn=args.role_arn
            )

    def describe(self, resource_id: str) -> State[PodIdentityAssociationArgs]:
        """Read the association."""
        found = self._association(resource_id)
        args = PodIdentityAssociationArgs(
            cluster=found["clusterName"],
            namespace=found["namespace"],
            service_account=found["serviceAccount"],
            role_arn=found["roleArn"],
            tags=own_tags(found.get("tags", {})),
        )
        return State(args, {"arn": found["associationArn"]})

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

    def _association(self, resource_id: str) -> "PodIdentityAssociationTypeDef":
        cluster, association = resource_id.split("/", 1)
        answer = self.client.describe_pod_identity_association(clusterName=cluster, associationId=association)
        return answer["association"]
