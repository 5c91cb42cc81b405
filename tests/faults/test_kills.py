"""A sample of the kills that `make faults` tries one and all; see docs/reference/faults.md."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.catalogue import HANDLERS
from tests.faults._campaign import Outcome
from tests.faults._points import Point
from tests.faults._programs import PROGRAMS

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the kills of all


def test_the_next_up_puts_a_kill_right(
    outcomes: dict[Point, Outcome], point: Point, record_property: Callable[[str, Any], None]
) -> None:
    outcome = outcomes[point]
    if not outcome.call:
        pytest.skip("nothing was killed: this run had fewer calls than the one that was counted")
    record_property("survived", not outcome.wrong)
    assert not outcome.wrong, f"{outcome}\n{outcome.wrong}"


def test_every_type_that_the_stand_in_has_is_in_a_program() -> None:
    tried = {handler for program in PROGRAMS.values() for handler, _, _ in program.values()}
    left = {handler.facts.token for handler in HANDLERS if handler not in tried}
    assert left == {"sixfold:local:Process", "sixfold:budgets:Budget"}  # moto's budgets have no tags and cannot change
