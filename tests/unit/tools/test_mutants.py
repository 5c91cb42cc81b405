"""The mutants themselves: which changes there are, and that each is made."""

import ast
import time
from pathlib import Path

import pytest

from tools.mutants.__main__ import Result, unexplained
from tools.mutants.changes import Change, changed, changes
from tools.mutants.trial import forked


def _texts(source: str) -> list[str]:
    return [change.text for change in changes(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("BURN = ('6h', 14.4, 0.1)", ["'6h' -> '7h'", "14.4 -> 15.4", "0.1 -> 0.2"]),
        ("x = 1 - p", ["1 -> 2", "1 - p -> 1 + p"]),
        ("x = 'up == 0 or y'", ["'up == 0 or y' -> 'up == 1 or y'", "'up == 0 or y' -> 'up != 0 or y'"]),
        ("x = 'a sentence of 3 words'", []),
        ("x: int | None = f", []),
        ("Change = Literal['add']", []),
        ("x = [y for y in z if y]", ["y -> True"]),
        ("def f():\n    'Doc of 1.'\n    if a:\n        return", ["a -> not a", "a -> False"]),
        ("raise ValueError('x1')", ["raise ValueError('x1') -> pass"]),
        ("_log.info('x1')", []),
        ("m = max(a)", ["max -> min"]),
    ],
)
def test_a_source_has_these_changes(source: str, expected: list[str]) -> None:
    assert _texts(source) == expected


def test_each_change_is_made_by_its_number_and_none_by_minus_one() -> None:
    source = "def f(a, b):\n    if not a:\n        return 1 + b\n    return a == 2"
    made = {ast.unparse(changed(source, number)) for number in range(len(changes(source)))}
    assert len(made) == len(changes(source)) == 6
    assert ast.unparse(changed(source, -1)) == ast.unparse(ast.parse(source))
    assert ast.unparse(ast.parse(source)) not in made
    assert {change.function for change in changes(source)} == {"f"}


def test_a_fork_gives_its_code_and_one_that_hangs_is_ended(tmp_path: Path) -> None:
    assert forked(lambda: 3, 20, tmp_path / "log") == 3
    assert forked(lambda: time.sleep(60) or 0, 0.2, tmp_path / "log") is None


def test_a_survivor_must_be_listed_and_what_is_listed_must_survive() -> None:
    change = Change("f", 1, 1, 1, "a < b", "a <= b")
    result = Result([change], [change], 0, 1.0)
    listed = [{"in": "f", "change": "a < b -> a <= b", "why": "never equal"}]
    assert unexplained("m.py", result, listed) == []
    assert unexplained("m.py", result, []) == ["survived: m.py:1 in f: a < b -> a <= b"]
    assert len(unexplained("m.py", result._replace(survived=[change, change]), listed)) == 1
    (gone,) = unexplained("m.py", result._replace(survived=[]), listed)
    assert "noticed or gone" in gone
