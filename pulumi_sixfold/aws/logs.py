"""CloudWatch log groups."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import LogGroupTypeDef

# What CloudWatch accepts.
_Days = Literal[
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]


_OF_AWS = "/aws/"


class LogGroupArgs(Args):
    """The inputs of a LogGroup."""

    name: Input[Annotated[str, Field(pattern=r"^[.\-_/#A-Za-z0-9]{1,512}$")] | None] = Field(
        None, description="1-512 characters; None: derived from the resource's name. A change replaces."
    )
    retention_days: Input[_Days] = Field(
        365,
        description="Days that events are kept: 1, 3, 5, 7, 14, 30, 60, 90 and others of CloudWatch; 0: for ever.",
    )
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts; None: CloudWatch's own key.")
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete the group even when there are logs in it.")


class LogGroupHandler(AwsHandler[LogGroupArgs]):
    """A CloudWatch log group; its id is its name."""

    facts = Facts(
        token="sixfold:logs:LogGroup",
        args=LogGroupArgs,
        service="logs",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"name"}),
        reads={
            "DescribeLogGroups": reading(
                "logGroupName arn retentionInDays kmsKeyId",
                at="logGroups",
                theirs="creationTime inheritedProperties logGroupArn metricFilterCount storedBytes",
                fixed={"dataProtectionStatus": ("DELETED", "DISABLED"), "logGroupClass": "STANDARD"},
                named="logGroupName",
            ),
            "ListTagsForResource": reading(),
        },
        outputs={"arn": "ARN of the group, without the `:*` for its streams."},
        unreadable=frozenset({"force_destroy"}),
        name_limit=512,
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys", pair=None),
        actions=actions(
            "logs",
            "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DescribeLogGroups DescribeLogStreams "
            "DisassociateKmsKey ListTagsForResource PutRetentionPolicy TagResource UntagResource",
        ),
        arns=(
            "arn:aws:logs:{at}:log-group:{name}",
            "arn:aws:logs:{at}:log-group:{name}:*",
        ),
        free="by the byte",
        unnarrowable=frozenset({"logs:DescribeLogGroups"}),
    )
    client: "CloudWatchLogsClient"

    def create(self, urn: str, args: LogGroupArgs) -> str:
        """Make the group with its tags, or adopt the one that this URN made, or that a service of AWS made by itself.

        EKS writes its last lines after its cluster is gone, into a group that it makes anew, without tags.
        """
        name = str(args.name)
        state = self.read(name) if name.startswith(_OF_AWS) else None
        if state is not None and not state.tags:
            return name
        if self.adopts(urn, name, f"the log group {name}"):
            return name
        key: Any = {"kmsKeyId": args.kms_key_arn} if args.kms_key_arn else {}
        self.client.create_log_group(logGroupName=name, tags={**args.tags, URN_TAG: urn}, **key)
        return name

    def describe(self, resource_id: str) -> State[LogGroupArgs] | None:
        """Read the group and its tags; CloudWatch lists by prefix, and knows no look-up."""
        group = self._find(resource_id)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        args = LogGroupArgs(
            name=resource_id,
            retention_days=group.get("retentionInDays", 0),
            kms_key_arn=group.get("kmsKeyId"),
        )
        return State(args, {"arn": arn}, self.client.list_tags_for_resource(resourceArn=arn)["tags"])

    def change(self, resource_id: str, difference: Difference[LogGroupArgs]) -> None:
        """Change what differs."""
        client, want = self.client, difference.want
        if "retention_days" in difference:
            if want.retention_days:
                client.put_retention_policy(logGroupName=resource_id, retentionInDays=want.retention_days)
            else:
                client.delete_retention_policy(logGroupName=resource_id)
        if "kms_key_arn" in difference:
            if want.kms_key_arn:
                client.associate_kms_key(logGroupName=resource_id, kmsKeyId=want.kms_key_arn)
            else:
                client.disassociate_kms_key(logGroupName=resource_id)

    def delete(self, resource_id: str, args: LogGroupArgs) -> None:
        """Remove the group; logs in it refuse the removal, unless force_destroy is set."""
        with self.missing_is_fine():
            streams = self.client.describe_log_streams(logGroupName=resource_id, limit=1)["logStreams"]
            if streams and not args.force_destroy:
                raise ProviderError(
                    f"the log group {resource_id} has logs",
                    remedy="set force_destroy=True and run `pulumi up` first, or delete its streams",
                )
            self.client.delete_log_group(logGroupName=resource_id)

    def _find(self, name: str) -> "LogGroupTypeDef | None":
        pages = self.client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        return next((group for page in pages for group in page["logGroups"] if group["logGroupName"] == name), None)
