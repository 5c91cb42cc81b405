"""Whatever AWS may answer, by botocore's own shapes, is an input, is AWS's own, or is refused: nothing is overlooked.

Each member of each answer of a read is changed to values drawn from its shape. The read then tells another state, or
refuses in words; it tells the same where the facts of the type say that the member is AWS's own.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.reading import UnsayableError
from tests.unit.pulumi_sixfold.aws._answers import Answers, is_fixed_to, is_theirs, played, recorded
from tests.unit.pulumi_sixfold.aws._budget import BUDGET
from tests.unit.pulumi_sixfold.aws._estate import TRIED, estate
from tests.unit.pulumi_sixfold.aws._shapes import Path, as_set, at, draw, members, put, seeded

Make = Callable[..., Any]
_TRIES = 2
_MEANS_NOTHING = {
    "VpcEndpoints.PrivateDnsEnabled False": "of a gateway, for which moto says true",
    "cluster.accessConfig.authenticationMode API": "moto leaves it out, and then it counts as API",
}
_OF_LIFE = {"DeletedDate", "KeyState", "State", "Status"}
"""Members of AWS's own that say whether the resource is there."""


def changed(handler: Any, answers: Answers) -> Iterator[tuple[str, Path, Any, list[Answers]]]:
    """Yield answers with one member of one operation's changed: in the last item of a list, and in the first."""
    for operation, found in answers.items():
        shape = handler.client.meta.service_model.operation_model(operation).output_shape
        for path, member in [] if "Error" in found[0] else members(shape):
            for number in range(_TRIES):
                value = draw(member, seeded(operation, path, number), path[-1])
                bodies = [[_changed(shape, each, found, path, value, item) for each in found] for item in (-1, 0)]
                if as_set(bodies[0]) != as_set(found):
                    yield operation, path, value, [{**answers, operation: body} for body in bodies]


def _changed(shape: Any, body: Any, bodies: list[Any], path: Path, value: Any, item: int) -> Any:
    """Return a body with a member changed; where only others have the member, they were asked for it."""
    elsewhere = path[0] not in body and any(path[0] in other for other in bodies)
    return body if elsewhere else put(shape, body, path, value, item)


def read(handler: Any, resource_id: str, answers: Answers) -> Any:
    """Return the state that is read, or the refusal."""
    try:
        with played(handler, answers):
            return handler.read(resource_id)
    except UnsayableError as refusal:
        return refusal


def faults(handler: Any, resource_id: str, answers: Answers, count: dict[str, int]) -> Iterator[str]:
    """Yield each change that a read overlooks, or takes otherwise than the facts of the type say."""
    before = read(handler, resource_id, answers)
    for operation, path, value, variants in changed(handler, answers):
        found = [read(handler, resource_id, now) for now in variants]
        is_refused, is_read = isinstance(found[0], UnsayableError), any(state != before for state in found)
        count["drawn"] += 1
        count["refused"] += is_refused
        count["read"] += is_read and not is_refused
        what = f"{operation} {'.'.join(path)} {value}"
        if not is_theirs(handler.facts, operation, path):
            if (
                not is_read
                and what.split(" ", 1)[1] not in _MEANS_NOTHING
                and not is_fixed_to(handler.facts, operation, path, value)
            ):
                yield f"{what}: overlooked"
        elif is_read and path[-1] not in _OF_LIFE and at(answers[operation][0], path[:-1]):
            yield f"{what}: not AWS's own, as the facts say, but {'refused' if is_refused else 'read'}"


@pytest.mark.parametrize("name", TRIED)
def test_no_member_of_an_answer_is_overlooked(
    make: Make, name: str, record_property: Callable[[str, object], None]
) -> None:
    made = estate(make, name)
    count = dict.fromkeys(("drawn", "read", "refused"), 0)
    found = list(faults(made.handler, made.resource_id, recorded(made.handler, made.resource_id), count))
    record_property("answers", (made.handler.facts.token, count))
    assert not found, "\n".join(found)


def test_no_member_of_a_budget_is_overlooked(make: Make, record_property: Callable[[str, object], None]) -> None:
    count = dict.fromkeys(("drawn", "read", "refused"), 0)
    found = list(faults(make(BUDGET.handler), BUDGET.resource_id, BUDGET.answers, count))
    record_property("answers", (BUDGET.handler.facts.token, count))
    assert not found, "\n".join(found)


def test_every_type_is_tried() -> None:
    aws = {handler for handler in HANDLERS if issubclass(handler, AwsHandler)}
    assert {case.handler for case in TRIED.values()} | {BUDGET.handler} == aws
