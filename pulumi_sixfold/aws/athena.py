"""Athena workgroups, in which queries run."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import WorkGroupTypeDef

_MISSING = "is not found"  # Athena has one error code for all that is wrong with a request


class WorkGroupArgs(Args):
    """The inputs of a WorkGroup: its settings hold for every query in it, unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,128}$")] | None] = Field(
        None, description="1-128 characters; None: derived from the resource's name. A change replaces."
    )
    description: Input[str] = Field("", description="Whose queries run in it, and what for.")
    output_location: Input[str] = Field(description="S3 URI below which results go.")
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts results; None: S3's own key.")
    enforced: Input[bool] = Field(True, description="Settings of a client do not overrule those of the workgroup.")
    metrics: Input[bool] = Field(True, description="Tell CloudWatch about queries.")
    scan_limit_bytes: Input[Annotated[int, Field(ge=10_000_000)] | None] = Field(
        None, description="Bytes that one query may scan, 10 MB at least; it is stopped beyond. None: no limit."
    )
    enabled: Input[bool] = Field(True, description="Accept queries.")
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete it even when there are saved queries in it.")


class WorkGroupHandler(AwsHandler[WorkGroupArgs]):
    """An Athena workgroup; its id is its name. Results in S3 stay."""

    facts = Facts(
        token="sixfold:athena:WorkGroup",
        args=WorkGroupArgs,
        service="athena",
        gone=frozenset(),
        create_only=frozenset({"name"}),
        reads={
            "GetWorkGroup": reading(
                "State Description Configuration.ResultConfiguration.OutputLocation "
                "Configuration.ResultConfiguration.EncryptionConfiguration.KmsKey "
                "Configuration.EnforceWorkGroupConfiguration Configuration.PublishCloudWatchMetricsEnabled "
                "Configuration.BytesScannedCutoffPerQuery",
                at="WorkGroup",
                theirs="CreationTime Name Configuration.EngineVersion.EffectiveEngineVersion",
                fixed={
                    "Configuration.EngineVersion.SelectedEngineVersion": "AUTO",
                    "Configuration.ResultConfiguration.EncryptionConfiguration.EncryptionOption": ("SSE_KMS", "SSE_S3"),
                },
            ),
            "ListTagsForResource": reading(),
        },
        outputs={"arn": "ARN of the workgroup."},
        unreadable=frozenset({"force_destroy"}),
        name_limit=128,
        tagging=Tagging("ResourceARN"),
        actions=actions(
            "athena",
            "CreateWorkGroup DeleteWorkGroup GetWorkGroup ListNamedQueries ListTagsForResource TagResource "
            "UntagResource "
            "UpdateWorkGroup",
        ),
        arns=("arn:aws:athena:{at}:workgroup/{name}",),
        free="by the byte scanned",
    )
    client: "AthenaClient"

    def create(self, urn: str, args: WorkGroupArgs) -> str:
        """Make the workgroup with its tags, or adopt the one that this URN made."""
        name = str(args.name)
        if self.adopts(urn, name, f"the workgroup {name}"):
            return name
        self.client.create_work_group(
            Name=name,
            Description=args.description,
            Configuration={
                "ResultConfiguration": _results(args),
                "EnforceWorkGroupConfiguration": args.enforced,
                "PublishCloudWatchMetricsEnabled": args.metrics,
                **({"BytesScannedCutoffPerQuery": args.scan_limit_bytes} if args.scan_limit_bytes else {}),
            },
            Tags=as_pairs({**args.tags, URN_TAG: urn}),
        )
        return name

    def describe(self, resource_id: str) -> State[WorkGroupArgs] | None:
        """Read the workgroup and its tags.

        Raises:
            ValueError: results are encrypted by a key that is not named.

        """
        group = self._find(resource_id)
        if group is None:
            return None
        configuration = group.get("Configuration", {})
        results = configuration.get("ResultConfiguration", {})
        encryption = results.get("EncryptionConfiguration", {})
        if encryption.get("EncryptionOption") == "SSE_KMS" and not encryption.get("KmsKey"):
            raise ValueError("encryption by KMS without a key that is named")
        args = WorkGroupArgs(
            name=resource_id,
            description=group.get("Description") or "",
            output_location=results.get("OutputLocation") or "",
            kms_key_arn=encryption.get("KmsKey"),
            enforced=configuration.get("EnforceWorkGroupConfiguration", False),
            metrics=configuration.get("PublishCloudWatchMetricsEnabled", False),
            scan_limit_bytes=configuration.get("BytesScannedCutoffPerQuery"),
            enabled=group.get("State") == "ENABLED",
        )
        arn = f"arn:aws:athena:{self.region}:{self.account}:workgroup/{resource_id}"
        pages = self.client.get_paginator("list_tags_for_resource").paginate(ResourceARN=arn)
        return State(args, {"arn": arn}, from_pairs([pair for page in pages for pair in page["Tags"]]))

    def change(self, resource_id: str, difference: Difference[WorkGroupArgs]) -> None:
        """Put all settings: Athena takes them as a whole."""
        want = difference.want
        self.client.update_work_group(
            WorkGroup=resource_id,
            Description=want.description,
            State="ENABLED" if want.enabled else "DISABLED",
            ConfigurationUpdates=_updates(want),
        )

    def delete(self, resource_id: str, args: WorkGroupArgs) -> None:
        """Remove the workgroup; saved queries in it refuse the removal, unless force_destroy is set."""
        with self.missing_is_fine():
            if self._find(resource_id) is None:
                return
            self._delete(resource_id, args)

    def _delete(self, resource_id: str, args: WorkGroupArgs) -> None:
        if not args.force_destroy and self.client.list_named_queries(WorkGroup=resource_id).get("NamedQueryIds"):
            raise ProviderError(
                f"the workgroup {resource_id} has saved queries",
                remedy="set force_destroy=True and run `pulumi up` first, or delete the queries",
            )
        # The history of what ran would refuse it as well; that much goes with every workgroup.
        self.client.delete_work_group(WorkGroup=resource_id, RecursiveDeleteOption=True)

    def _find(self, name: str) -> "WorkGroupTypeDef | None":
        try:
            return self.client.get_work_group(WorkGroup=name).get("WorkGroup")
        except self.client.exceptions.InvalidRequestException as error:
            if _MISSING in error.response["Error"].get("Message", ""):
                return None
            raise


def _results(args: WorkGroupArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    key = args.kms_key_arn
    encryption = {"EncryptionOption": "SSE_KMS", "KmsKey": key} if key else {"EncryptionOption": "SSE_S3"}
    return {"OutputLocation": args.output_location, "EncryptionConfiguration": encryption}


def _updates(args: WorkGroupArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    limit = args.scan_limit_bytes
    return {
        "ResultConfigurationUpdates": _results(args),
        "EnforceWorkGroupConfiguration": args.enforced,
        "PublishCloudWatchMetricsEnabled": args.metrics,
        **({"BytesScannedCutoffPerQuery": limit} if limit else {"RemoveBytesScannedCutoffPerQuery": True}),
    }
