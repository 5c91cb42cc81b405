"""Every resource type needs exactly the IAM actions that it lists: all of them, and nothing more.

Each type goes through the lives of its conformance cases in a role that may do just what the type lists, and then once
for each action in a role that lacks this one.
"""

import ast
import inspect
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
from tests.iam._life import live, prepare
from tests.iam._plugin import Plugin, Refused
from tests.iam._role import Caller, allowing
from tests.iam._unchecked import UNCHECKED

pytestmark = pytest.mark.timeout(120)

CASES = collect()
PAIRS = [(handler, action) for handler in AWS for action in handler.facts.actions]
MISSING = [pair for pair in HANDLERS if issubclass(pair, AwsHandler) and pair.facts.token in NOT_IN_MOTO]


def _id(value: Any) -> str:
    return str(getattr(value, "token", value)).removeprefix("sixfold:")


def _live(caller: Caller, handler: type[Handler[Any]], actions: set[str]) -> None:
    """Take all cases of a type through their lives in a role that may do these actions."""
    plugin = Plugin({"region": "eu-west-1", "endpoint": caller.endpoint, "default_tags": {"stack": "test"}})
    mine = {name: case for name, case in CASES.items() if case.handler is handler and not case.supports}
    others = prepare(plugin, CASES, set(mine), caller.administrator)
    caller.take_role(allowing(actions))
    for name, case in mine.items():
        live(plugin, name, case, others, caller.administrator)


@pytest.mark.parametrize("handler", AWS, ids=_id)
def test_a_type_needs_nothing_that_it_does_not_list(caller: Caller, handler: type[Handler[Any]]) -> None:
    _live(caller, handler, set(handler.facts.actions))


@pytest.mark.parametrize(
    ("handler", "action"), [pair for pair in PAIRS if (pair[0].facts.token, pair[1]) not in UNCHECKED], ids=_id
)
def test_without_an_action_the_error_names_it_and_the_remedy(
    caller: Caller, handler: type[Handler[Any]], action: str
) -> None:
    with pytest.raises(Refused, match="AWS refused") as refused:
        _live(caller, handler, set(handler.facts.actions) - {action})
    assert f"→ allow {action} to whoever runs this" in str(refused.value)


@pytest.mark.parametrize(
    ("handler", "action"), [pair for pair in PAIRS if (pair[0].facts.token, pair[1]) in UNCHECKED], ids=_id
)
def test_what_moto_does_not_ask_for_it_still_does_not(
    caller: Caller, handler: type[Handler[Any]], action: str, record_property: Any
) -> None:
    record_property("not tried", f"{handler.facts.token} without {action}: {UNCHECKED[handler.facts.token, action]}")
    _live(caller, handler, set(handler.facts.actions) - {action})


def test_every_exception_is_about_an_action_that_is_listed() -> None:
    assert UNCHECKED.keys() <= {(handler.facts.token, action) for handler, action in PAIRS}


@pytest.mark.parametrize("handler", MISSING, ids=_id)
def test_a_type_that_moto_lacks_lists_the_operations_that_its_code_calls(handler: type[AwsHandler[Any]]) -> None:
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    known, names = session.client(handler.facts.service).meta.method_to_api_mapping, _names(handler)
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
