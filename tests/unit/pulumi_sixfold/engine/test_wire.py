"""Property values on the wire, held against the engine's own SDK: its signatures, and whatever values there are."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from pulumi_sixfold.engine.wire import Properties, decode, encode
from pulumi_sixfold.kit.args import UNKNOWN

KEY = rpc._special_sig_key
SCALARS = st.booleans() | st.text(max_size=5) | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, width=32)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _struct(**values: Any) -> Struct:
    struct = Struct()
    struct.update(values)
    return struct


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_plain_values_come_back_as_they_are(values: dict[str, Any]) -> None:
    assert decode(encode(values)) == Properties(values)
    assert rpc.deserialize_properties(encode(values)) == values


def test_a_whole_number_is_an_integer_and_another_is_not() -> None:
    found = decode(_struct(a=3.0, b=0.5)).values
    assert (found, type(found["a"])) == ({"a": 3, "b": 0.5}, int)


def test_nulls_are_no_properties_and_stay_within_lists() -> None:
    assert decode(_struct(a=None, b=[None, 1])).values == {"b": [None, 1]}
    assert "a" not in encode({"a": None, "b": 1}).fields


def test_an_unknown_is_the_engines() -> None:
    sent = encode({"a": UNKNOWN, "b": (UNKNOWN,), "c": {"d": UNKNOWN}})
    assert sent == _struct(a=rpc.UNKNOWN, b=[rpc.UNKNOWN], c={"d": rpc.UNKNOWN})
    assert decode(_struct(a=rpc.UNKNOWN)).values == {"a": UNKNOWN}


def test_a_secret_is_the_engines_and_marks_its_property_and_its_texts() -> None:
    sent = encode({"a": "hidden", "b": "open"}, secrets=["a"])
    assert sent.fields["a"] == _struct(a={KEY: rpc._special_secret_sig, "value": "hidden"}).fields["a"]
    found = decode(sent)
    assert found == Properties({"a": "hidden", "b": "open"}, frozenset("a"), {"a": frozenset({"hidden"})})


def test_of_a_secret_every_text_and_number_is_marked_and_nothing_that_could_be_anywhere() -> None:
    inside = {"x": ["one", 2, True, None, ""], "y": {"z": "three"}, "u": rpc.UNKNOWN}
    found = decode(_struct(a={"part": {KEY: rpc._special_secret_sig, "value": inside}, "rest": "open"}))
    assert found.values["a"]["part"]["y"] == {"z": "three"}
    assert found.marked == {"a": frozenset({"one", "2", "three"})}


@pytest.mark.parametrize(
    ("output", "value", "secret"),
    [
        ({"value": "v"}, "v", False),
        ({"value": "v", "secret": True}, "v", True),
        ({"value": "v", "secret": False}, "v", False),
        ({}, UNKNOWN, False),
        ({"value": {KEY: rpc._special_secret_sig, "value": "v"}}, "v", True),
    ],
)
def test_an_output_is_its_value_unknown_without_one_and_secret_where_it_says_so(
    output: dict[str, Any], value: Any, *, secret: bool
) -> None:
    found = decode(_struct(a={KEY: rpc._special_output_value_sig, **output}))
    assert (found.values, found.secrets) == ({"a": value}, frozenset("a" if secret else ""))


@pytest.mark.parametrize(("about", "value"), [({"urn": "urn:a", "id": "i-1"}, "i-1"), ({"urn": "urn:a"}, "urn:a")])
def test_a_resource_is_its_id_or_without_one_its_urn(about: dict[str, str], value: str) -> None:
    assert decode(_struct(a={KEY: rpc._special_resource_sig, **about})).values == {"a": value}


def test_an_asset_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(ValueError, match="write the text, or a path, instead"):
        decode(_struct(a={KEY: rpc._special_asset_sig, "text": "a"}))


def test_properties_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Properties({}).values = {}  # type: ignore[misc] # refused
