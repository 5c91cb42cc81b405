"""Values and keys of online rows against Feast's own messages and functions."""

import math
import struct
from typing import Any

import pytest
from feast.infra.online_stores.helpers import compute_entity_id
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import DoubleList, Value
from hypothesis import given
from hypothesis import strategies as st

from serving.entity_keys import entity_id
from serving.values import decode

INT32, INT64 = (st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (32, 64))
SCALARS = st.one_of(
    st.tuples(st.just("double_val"), st.floats()),
    st.tuples(st.just("float_val"), st.floats(width=32)),
    st.tuples(st.just("int32_val"), INT32),
    st.tuples(st.just("int64_val"), INT64),
    st.tuples(st.just("bool_val"), st.booleans()),
    st.tuples(st.just("string_val"), st.text()),
)


@given(SCALARS)
def test_a_value_of_any_type_that_features_have_is_read_as_feast_wrote_it(scalar: tuple[str, Any]) -> None:
    field, value = scalar
    read = decode(Value(**{field: value}).SerializeToString())
    assert read == value or (math.isnan(value) and math.isnan(read))  # type: ignore[arg-type] # only a float is no equal of its own
    assert type(read) is type(value)


def test_a_value_that_is_missing_is_none() -> None:
    assert decode(Value().SerializeToString()) is None


@pytest.mark.parametrize(
    "value", [Value(unix_timestamp_val=1), Value(double_list_val=DoubleList(val=[1.0])), Value(bytes_val=b"x")]
)
def test_a_value_of_another_type_is_refused(value: Value) -> None:
    with pytest.raises(ValueError, match="no number, text or truth value"):
        decode(value.SerializeToString())


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=4))
def test_a_row_has_the_id_that_feast_gave_it(keys: dict[str, str]) -> None:
    values = [Value(string_val=value) for value in keys.values()]
    assert entity_id(keys) == compute_entity_id(EntityKey(join_keys=list(keys), entity_values=values))


def test_a_truncated_value_is_an_error_and_no_number() -> None:
    with pytest.raises(struct.error):
        decode(Value(double_val=1.5).SerializeToString()[:-1])
