"""EventBridge rules with their targets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Block, Document, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import TargetOutputTypeDef

_AT_ONCE = 10  # targets that EventBridge takes in one call


class Target(Block):
    """Where events go."""

    arn: Input[str] = Field(description="ARN of the queue, topic, function or other.")
    role_arn: Input[str | None] = Field(
        None, description="Role that EventBridge takes; None: the target's policy says."
    )
    input: Input[Document | None] = Field(None, description="What is sent; None: the event itself.")
    dead_letter_arn: Input[str | None] = Field(None, description="Queue of events that could not be sent; None: lost.")


class RuleArgs(Args):
    """The inputs of a Rule: on events of a pattern, by the clock, or both."""

    name: Input[Annotated[str, Field(pattern=r"^[.\-_A-Za-z0-9]{1,64}$")] | None] = Field(
        None, description="1-64 characters; None: derived from the resource's name. A change replaces."
    )
    bus: Input[str] = Field("default", description="Name of the event bus. A change replaces.")
    description: Input[str] = Field("", description="What it is for.")
    pattern: Input[Document | None] = Field(None, description="Events that match; None: by the clock alone.")
    schedule: Input[str | None] = Field(
        None,
        validate_default=True,
        description="`rate(5 minutes)` or `cron(0 12 * * ? *)`, in UTC; None: by the pattern alone.",
    )
    enabled: Input[bool] = Field(True, description="Send anything at all.")
    targets: Input[dict[str, Target]] = Field(default={}, description="Id → where events go; exactly these.")
    tags: Tags = Field(default={}, description=TAGS)

    @field_validator("schedule")
    @classmethod
    def _has_a_cause(cls, schedule: str | None, found: ValidationInfo) -> str | None:
        if schedule is None and found.data.get("pattern", "") is None:
            raise ValueError("a rule needs a pattern or a schedule")
        return schedule


class RuleHandler(AwsHandler[RuleArgs]):
    """An EventBridge rule; its id is `<bus>/<name>`."""

    facts = Facts(
        token="sixfold:events:Rule",
        args=RuleArgs,
        service="events",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"name", "bus"}),
        identity=frozenset({"name", "bus"}),
        reads={
            "DescribeRule": reading(
                "Arn EventPattern ScheduleExpression Description",
                theirs="CreatedBy EventBusName Name",
                fixed={"State": ("ENABLED", "DISABLED")},
            ),
            "ListTargetsByRule": reading(
                "Targets.Id Targets.Arn Targets.RoleArn Targets.Input Targets.DeadLetterConfig.Arn"
            ),
            "ListTagsForResource": reading(),
        },
        outputs={"arn": "ARN of the rule."},
        name_limit=64,
        tagging=Tagging("ResourceARN"),
        actions=(
            *actions(
                "events",
                "DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule PutTargets RemoveTargets "
                "TagResource UntagResource",
            ),
            "iam:PassRole",
        ),
        arns=(
            "arn:aws:events:{at}:rule/{name}",
            "arn:aws:events:{at}:rule/{bus}/{name}",
        ),
        passes_roles_to="events.amazonaws.com",
        free="by the event",
    )
    client: "EventBridgeClient"

    def create(self, urn: str, args: RuleArgs) -> str:
        """Make the rule with its tags, or adopt the one that this URN made."""
        resource_id = f"{args.bus}/{args.name}"
        if not self.adopts(urn, resource_id, f"the rule {resource_id}"):
            self.client.put_rule(**_rule(args), Tags=as_pairs({**args.tags, URN_TAG: urn}))
        return resource_id

    def describe(self, resource_id: str) -> State[RuleArgs]:
        """Read the rule, its targets and its tags."""
        bus, name = resource_id.rsplit("/", 1)
        found = self.client.describe_rule(Name=name, EventBusName=bus)
        args = RuleArgs(
            name=name,
            bus=bus,
            description=found.get("Description") or "",
            pattern=found.get("EventPattern") or None,
            schedule=found.get("ScheduleExpression") or None,
            enabled=found["State"] != "DISABLED",
            targets={target["Id"]: _target(target) for target in self._targets(bus, name)},
        )
        tags = from_pairs(self.client.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"])
        return State(args, {"arn": found["Arn"]}, tags)

    def change(self, resource_id: str, difference: Difference[RuleArgs]) -> None:
        """Change what differs; EventBridge takes a rule as a whole, save its targets."""
        del resource_id  # the inputs have it
        have, want = difference.have.targets, difference.want.targets
        if difference.names - {"targets"}:
            self.client.put_rule(**_rule(difference.want))
        self._put_targets(difference.want, {key: each for key, each in want.items() if have.get(key) != each})
        self._remove_targets(difference.want, sorted(have.keys() - want.keys()))

    def delete(self, resource_id: str, args: RuleArgs) -> None:
        """Remove the rule with its targets."""
        with self.missing_is_fine():
            targets = self._targets(*resource_id.rsplit("/", 1))
            self._remove_targets(args, sorted(target["Id"] for target in targets))
            self.client.delete_rule(Name=str(args.name), EventBusName=args.bus)

    def id_of(self, arn: str) -> str:
        """Return `<bus>/<name>`; an ARN leaves the default bus out."""
        name = super().id_of(arn)
        return name if "/" in name else f"default/{name}"

    def _targets(self, bus: str, name: str) -> list["TargetOutputTypeDef"]:
        pages = self.client.get_paginator("list_targets_by_rule").paginate(Rule=name, EventBusName=bus)
        return [target for page in pages for target in page["Targets"]]

    def _put_targets(self, args: RuleArgs, targets: Mapping[str, Target]) -> None:
        for ids in _batches(sorted(targets)):
            entries: Any = [_entry(key, targets[key]) for key in ids]
            _all_done(self.client.put_targets(Rule=str(args.name), EventBusName=args.bus, Targets=entries))

    def _remove_targets(self, args: RuleArgs, targets: list[str]) -> None:
        for ids in _batches(targets):
            _all_done(self.client.remove_targets(Rule=str(args.name), EventBusName=args.bus, Ids=ids))


def _rule(args: RuleArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    """Return the rule in EventBridge's words, without targets and tags."""
    return {
        "Name": args.name,
        "EventBusName": args.bus,
        "Description": args.description,
        "State": "ENABLED" if args.enabled else "DISABLED",
        **({"EventPattern": args.pattern} if args.pattern else {}),
        **({"ScheduleExpression": args.schedule} if args.schedule else {}),
    }


def _entry(key: str, target: Target) -> dict[str, Any]:
    letters = {"DeadLetterConfig": {"Arn": target.dead_letter_arn}} if target.dead_letter_arn else {}
    role = {"RoleArn": target.role_arn} if target.role_arn else {}
    return {"Id": key, "Arn": target.arn, **role, **({"Input": target.input} if target.input else {}), **letters}


def _target(found: "TargetOutputTypeDef") -> Target:
    return Target(
        arn=found["Arn"],
        role_arn=found.get("RoleArn"),
        input=found.get("Input") or None,
        dead_letter_arn=found.get("DeadLetterConfig", {}).get("Arn"),
    )


def _batches(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _all_done(answer: Any) -> None:  # noqa: ANN401 - two of boto3's typed dicts
    """Raise where EventBridge answers that all is well, and that some targets are not."""
    failed = "; ".join(f"{each['TargetId']}: {each['ErrorMessage']}" for each in answer["FailedEntries"])
    if answer["FailedEntryCount"]:
        raise ProviderError(f"EventBridge refused targets: {failed}", remedy="correct these targets, then run again")
