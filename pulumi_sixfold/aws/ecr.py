"""ECR repositories, where container images live."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.kit.args import Args, Document, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import RepositoryTypeDef

_Name = Annotated[str, Field(pattern=r"^([a-z0-9]+([._-][a-z0-9]+)*/)*[a-z0-9]+([._-][a-z0-9]+)*$", max_length=256)]


class RepositoryArgs(Args):
    """The inputs of a Repository: tags that never move and images scanned on arrival, unless told otherwise."""

    name: Input[_Name | None] = Field(
        None,
        description="2-256 characters, lower case, `/` allowed; None: derived from the resource's name. "
        "A change replaces.",
    )
    immutable_tags: Input[bool] = Field(True, description="A tag, once pushed, always means the same image.")
    scan_on_push: Input[bool] = Field(True, description="Scan images for known vulnerabilities as they arrive.")
    kms_key_arn: Input[str | None] = Field(
        None, description="KMS key that encrypts; None: S3's own key (AES256). A change replaces."
    )
    lifecycle_policy: Input[Document | None] = Field(None, description="Which images expire; None: none does.")
    policy: Input[Policy | None] = Field(None, description="Who else may pull and push; None: IAM alone decides.")
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete the repository even when there are images in it.")


class RepositoryHandler(AwsHandler[RepositoryArgs]):
    """An ECR repository; its id is its name."""

    facts = Facts(
        token="sixfold:ecr:Repository",
        args=RepositoryArgs,
        service="ecr",
        gone=frozenset({"RepositoryNotFoundException"}),
        create_only=frozenset({"name", "kms_key_arn"}),
        reads={
            "DescribeRepositories": reading(
                "repositoryArn repositoryUri imageScanningConfiguration.scanOnPush encryptionConfiguration.kmsKey",
                at="repositories",
                theirs="createdAt registryId repositoryName",
                fixed={
                    "encryptionConfiguration.encryptionType": ("AES256", "KMS"),
                    "imageTagMutability": ("IMMUTABLE", "MUTABLE"),
                },
            ),
            "GetLifecyclePolicy": reading("lifecyclePolicyText", theirs="lastEvaluatedAt registryId repositoryName"),
            "GetRepositoryPolicy": reading("policyText", theirs="registryId repositoryName"),
            "ListTagsForResource": reading(),
        },
        outputs={
            "arn": "ARN of the repository.",
            "url": "What images are pushed to: `<registry>/<name>`.",
        },
        unreadable=frozenset({"force_destroy"}),
        normal={"policy": normal.policy},
        name_limit=256,
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys"),
        actions=(
            *actions(
                "ecr",
                "CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy DescribeRepositories "
                "GetLifecyclePolicy GetRepositoryPolicy ListImages ListTagsForResource PutImageScanningConfiguration "
                "PutImageTagMutability PutLifecyclePolicy SetRepositoryPolicy TagResource UntagResource",
            ),
            *actions("kms", "CreateGrant DescribeKey RetireGrant"),  # ECR asks for them where there is a key
        ),
        arns=(
            "arn:aws:ecr:{at}:repository/{name}",
            "arn:aws:kms:{at}:key/*",
        ),
        free="by the byte stored",
    )
    client: "ECRClient"

    def create(self, urn: str, args: RepositoryArgs) -> str:
        """Make the repository with its tags, or adopt the one that this URN made."""
        name = str(args.name)
        if self.adopts(urn, name, f"the repository {name}"):
            return name
        key = args.kms_key_arn
        encryption: Any = {"encryptionType": "KMS", "kmsKey": key} if key else {"encryptionType": "AES256"}
        self.client.create_repository(
            repositoryName=name,
            imageTagMutability=_mutability(args),
            imageScanningConfiguration={"scanOnPush": args.scan_on_push},
            encryptionConfiguration=encryption,
            tags=as_pairs({**args.tags, URN_TAG: urn}),
        )
        return name

    def describe(self, resource_id: str) -> State[RepositoryArgs]:
        """Read the repository, its policies and its tags."""
        found = self.client.describe_repositories(repositoryNames=[resource_id])["repositories"][0]
        args = RepositoryArgs(
            name=resource_id,
            immutable_tags=found["imageTagMutability"] == "IMMUTABLE",
            scan_on_push=found["imageScanningConfiguration"]["scanOnPush"],
            kms_key_arn=_key_of(found),
            lifecycle_policy=self._lifecycle(resource_id),
            policy=self._policy(resource_id),
        )
        tags = from_pairs(self.client.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"])
        return State(args, {"arn": found["repositoryArn"], "url": found["repositoryUri"]}, tags)

    def change(self, resource_id: str, difference: Difference[RepositoryArgs]) -> None:
        """Change what differs."""
        client, want = self.client, difference.want
        if "immutable_tags" in difference:
            client.put_image_tag_mutability(repositoryName=resource_id, imageTagMutability=_mutability(want))
        if "scan_on_push" in difference:
            scanning: Any = {"scanOnPush": want.scan_on_push}
            client.put_image_scanning_configuration(repositoryName=resource_id, imageScanningConfiguration=scanning)
        if "lifecycle_policy" in difference:
            self._set_lifecycle(resource_id, want.lifecycle_policy)
        if "policy" in difference:
            self._set_policy(resource_id, want.policy)

    def delete(self, resource_id: str, args: RepositoryArgs) -> None:
        """Remove the repository; images in it refuse the removal, unless force_destroy is set."""
        with self.missing_is_fine():
            if not args.force_destroy and self.client.list_images(repositoryName=resource_id, maxResults=1)["imageIds"]:
                raise ProviderError(
                    f"the repository {resource_id} has images",
                    remedy="set force_destroy=True and run `pulumi up` first, or delete the images",
                )
            self.client.delete_repository(repositoryName=resource_id, force=args.force_destroy)

    def _lifecycle(self, name: str) -> str | None:
        try:
            return self.client.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
        except self.client.exceptions.LifecyclePolicyNotFoundException:
            return None

    def _policy(self, name: str) -> str | None:
        try:
            return self.client.get_repository_policy(repositoryName=name)["policyText"]
        except self.client.exceptions.RepositoryPolicyNotFoundException:
            return None

    def _set_lifecycle(self, name: str, policy: str | None) -> None:
        if policy:
            self.client.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy)
        else:
            self.client.delete_lifecycle_policy(repositoryName=name)

    def _set_policy(self, name: str, policy: str | None) -> None:
        if policy:
            self.client.set_repository_policy(repositoryName=name, policyText=policy)
        else:
            self.client.delete_repository_policy(repositoryName=name)


def _mutability(args: RepositoryArgs) -> Any:  # noqa: ANN401 - boto3's literal
    return "IMMUTABLE" if args.immutable_tags else "MUTABLE"


def _key_of(found: "RepositoryTypeDef") -> str | None:
    return found.get("encryptionConfiguration", {}).get("kmsKey") or None
