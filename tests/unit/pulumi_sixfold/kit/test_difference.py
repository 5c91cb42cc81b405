"""Detailed differences: every path that differs and no other, as the engine writes paths."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_sixfold.kit.args import UNKNOWN, Args
from pulumi_sixfold.kit.difference import Difference, changes

VALUES = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
PROPERTIES = st.dictionaries(st.text(min_size=1, max_size=3), VALUES, max_size=4)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": "update"}),
        ({}, {"a": 1}, {"a": "add"}),
        ({"a": 1}, {}, {"a": "delete"}),
        ({"tags": {"env": "a"}}, {"tags": {"env": "b"}}, {"tags.env": "update"}),
        ({"files": {"a.yaml": "1"}}, {"files": {}}, {'files["a.yaml"]': "delete"}),
        ({"command": ["a", "b"]}, {"command": ["a", "c", "d"]}, {"command[1]": "update", "command[2]": "add"}),
        ({"command": ["a", "b"]}, {"command": ["a"]}, {"command[1]": "delete"}),
        ({"a": [1]}, {"a": {"0": 1}}, {"a": "update"}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": "update"}),
        ({"a.b": 1}, {"a.b": 2}, {"a.b": "update"}),  # a property itself is not quoted
        ({"a": 1}, {"a": UNKNOWN}, {"a": "update"}),
    ],
)
def test_a_change_is_named_by_its_path(old: dict[str, Any], new: dict[str, Any], expected: dict[str, str]) -> None:
    assert changes(old, new) == expected


@given(PROPERTIES)
def test_nothing_differs_from_itself(properties: dict[str, Any]) -> None:
    assert changes(properties, properties) == {}


@given(PROPERTIES, PROPERTIES)
def test_the_way_back_has_the_same_paths_with_adds_for_deletes(old: dict[str, Any], new: dict[str, Any]) -> None:
    opposite = {"add": "delete", "delete": "add", "update": "update"}
    assert changes(new, old) == {path: opposite[change] for path, change in changes(old, new).items()}
    assert bool(changes(old, new)) == (old != new)


def test_paths_come_in_the_order_of_their_names() -> None:
    assert list(changes({"b": 1, "a": 1}, {"c": 1})) == ["a", "b", "c"]


def test_a_difference_holds_the_names_that_differ_and_cannot_be_changed() -> None:
    difference = Difference(Args(), Args(), frozenset({"policy"}))
    assert "policy" in difference
    assert "tags" not in difference
    with pytest.raises(AttributeError):
        difference.names = frozenset()  # type: ignore[misc] # refused
