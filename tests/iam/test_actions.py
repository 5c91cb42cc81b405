"""Every resource type needs exactly the IAM actions that it lists: all of them, and nothing more.

Each type goes through the lives of its conformance cases in a role that may do nothing. A refusal has to name an action
that the type lists; the role gets it, and the same call is made again. What was never refused is not needed.
"""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from pulumi_sixfold.aws import eks_waiting
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.aws.permissions import action_of
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.handler import Handler
from tests.engine.conformance._all import AWS, collect
from tests.engine.conformance._gaps import NOT_IN_MOTO
from tests.iam._life import live, prepare, resolved
from tests.iam._plugin import Plugin, Refused
from tests.iam._role import Caller, allowing
from tests.iam._unchecked import UNCHECKED

pytestmark = pytest.mark.timeout(120)

_REMEDY = re.compile("AWS refused .*→ allow ([^ ]+) to whoever runs this", re.DOTALL)
_NEEDS_NO_RIGHT = "sts:GetCallerIdentity"
CASES = collect()
PAIRS = [(handler, action) for handler in AWS for action in handler.facts.actions]
MISSING = [pair for pair in HANDLERS if issubclass(pair, AwsHandler) and pair.facts.token in NOT_IN_MOTO]


def _id(value: Any) -> str:
    return str(getattr(value, "token", value)).removeprefix("sixfold:")


def _live(caller: Caller, handler: type[Handler[Any]]) -> list[str]:
    """Take all cases of a type through their lives in a role that is given what it is refused; return what that was."""
    given = [_NEEDS_NO_RIGHT]

    def give(refusal: str) -> bool:
        named = _REMEDY.search(refusal)
        if named is None or named[1] in given:
            return False
        given.append(named[1])
        caller.allow(allowing(given))
        return True

    plugin = Plugin({"region": "eu-west-1", "endpoint": caller.endpoint, "default_tags": {"stack": "test"}})
    mine = {name: case for name, case in CASES.items() if case.handler is handler and not case.supports}
    others = prepare(plugin, CASES, set(mine), caller.administrator)
    caller.take_role(allowing(given))
    plugin.appeal = give
    for name, case in mine.items():
        live(plugin, name, case, others, caller.administrator)
    return given[1:]


@pytest.mark.parametrize("handler", AWS, ids=_id)
def test_a_type_needs_the_actions_that_it_lists_and_no_other_and_a_refusal_names_which(
    caller: Caller, handler: type[Handler[Any]], record_property: Any
) -> None:
    unchecked = {action for token, action in UNCHECKED if token == handler.facts.token}
    for action in sorted(unchecked):
        record_property("not tried", f"{handler.facts.token}, {action}: {UNCHECKED[handler.facts.token, action]}")
    assert sorted(_live(caller, handler)) == sorted({*handler.facts.actions} - unchecked)


@pytest.mark.parametrize("handler", AWS, ids=_id)
def test_who_plans_reads_a_type_and_cannot_remove_it(caller: Caller, handler: type[Handler[Any]]) -> None:
    name, case = next((name, case) for name, case in CASES.items() if case.handler is handler and not case.supports)
    plugin = Plugin({"region": "eu-west-1", "endpoint": caller.endpoint, "default_tags": {"stack": "test"}})
    made = plugin.create(
        handler.facts.token, name, resolved(case.args, prepare(plugin, CASES, {name}, caller.administrator))
    )
    caller.take_role(allowing([*handler.facts.reading, _NEEDS_NO_RIGHT]))
    assert plugin.read(made).keys() == made.inputs.keys()
    with pytest.raises(Refused, match="AWS refused"):
        plugin.delete(made)


def test_every_exception_is_about_an_action_that_is_listed() -> None:
    assert UNCHECKED.keys() <= {(handler.facts.token, action) for handler, action in PAIRS}


@pytest.mark.parametrize("handler", MISSING, ids=_id)
def test_a_type_that_moto_lacks_lists_the_operations_that_its_code_calls(handler: type[AwsHandler[Any]]) -> None:
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    known, names = session.client(handler.facts.service).meta.method_to_api_mapping, _names(handler)
    if tagging := handler.facts.tagging:
        names |= {f"tag_{tagging.kind}", f"untag_{tagging.kind}"}  # the base calls them
    called = {known[name] for name in names & known.keys()}
    waited = {"DescribeUpdate"} if eks_waiting.updated.__name__ in names else set()
    listed = {action for action in handler.facts.actions if action.startswith(f"{handler.facts.service}:")}
    assert {action_of(handler.facts.service, operation) for operation in called | waited} == listed


def _names(handler: type[Handler[Any]]) -> set[str]:
    """Return every name, attribute and text in the module of a handler."""
    nodes = list(ast.walk(ast.parse(Path(inspect.getfile(handler)).read_text())))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    texts = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return attributes | texts | {node.id for node in nodes if isinstance(node, ast.Name)}
