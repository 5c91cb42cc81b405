"""Whose word a decision rests on: each consumer within its share, and no verdict that one consumer alone makes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rollout.voices import cap, doubts, within
from sixfold.consumers import Consumer
from sixfold.contract import Product, load_product

NOON = datetime(2013, 10, 1, 12, tzinfo=UTC)
CONTRACT = load_product(Path(__file__).parents[4] / "products/flight_delays/product.yaml")


def contract(**shares: float) -> Product:
    consumers = tuple(Consumer(name=name, purpose="asks", label_share=share) for name, share in shares.items())
    return CONTRACT.model_copy(update={"consumers": consumers})


def rows(*parts: tuple[str, int, str]) -> pl.DataFrame:
    """Return predictions of consumers: how many, and whether `told`, by the `table`, or with `no` label."""
    each = [(who, label) for who, count, label in parts for _ in range(count)]
    made: list[dict[str, Any]] = [
        {"id": number * 7919 % 100_003, "consumer": who, "told": label == "told",
         "label": None if label == "no" else 1.0, "time": NOON + timedelta(minutes=number)}
        for number, (who, label) in enumerate(each)
    ]  # fmt: skip
    return pl.DataFrame(made, schema_overrides={"label": pl.Float64})


def whose(frame: pl.DataFrame) -> dict[str, int]:
    return dict(Counter(frame["consumer"]))


def test_labels_of_the_table_are_never_capped_for_an_only_consumer() -> None:
    assert cap(contract(a=0.5), rows(("a", 600, "table"))).rows.height == 600


def test_feedback_is_at_most_its_share_of_the_labels() -> None:
    kept, left_out = cap(contract(a=0.5), rows(("a", 100, "table"), ("a", 600, "told"), ("a", 9, "no")))
    assert Counter(kept["told"]) == {False: 109, True: 100}
    assert left_out == {"a": 500}


def test_where_all_labels_are_the_word_of_one_none_counts_unless_the_contract_trusts_it() -> None:
    told = rows(("a", 600, "told"))
    assert cap(contract(a=0.5), told).rows.is_empty()
    assert cap(contract(a=1), told).rows.height == 600


def test_predictions_of_a_consumer_are_at_most_its_share_where_there_are_others() -> None:
    asked = rows(("a", 900, "table"), ("b", 100, "table"))
    assert whose(cap(contract(a=0.5, b=0.5), asked).rows) == {"a": 100, "b": 100}
    assert whose(cap(contract(a=0.75, b=0.5), asked).rows) == {"a": 300, "b": 100}
    assert whose(cap(contract(a=1, b=0.5), asked).rows) == {"a": 900, "b": 100}


def test_the_rows_that_stay_do_not_depend_on_their_order() -> None:
    asked, product = rows(("a", 900, "table"), ("b", 100, "told")), contract(a=0.5, b=0.5)
    kept = [cap(product, each).rows["id"].sort().to_list() for each in (asked, asked.sample(fraction=1, shuffle=True))]
    assert kept[0] == kept[1]


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 10**6)), st.integers(0, 10**6), st.data())
def test_nobody_has_more_than_its_share(counts: dict[str, int], rest: int, data: st.DataObject) -> None:
    shares = {name: data.draw(st.floats(0.01, 1)) for name in counts}
    allowed = within(counts, shares, rest)
    total = sum(allowed.values()) + rest
    assert all(allowed[name] <= min(counts[name], shares[name] * total + 1e-6) for name in counts)


@pytest.mark.parametrize(
    ("shares", "left"),
    [
        ({"a": 0.5}, [("a", False, {"a": 20})]),
        ({"a": 1.0}, []),
        ({"a": 0.5, "b": 0.5}, [("a", False, {"a": 20, "b": 5}), ("a", True, {"b": 5}), ("b", True, {"a": 30})]),
        ({"a": 1.0, "b": 0.5}, [("b", True, {"a": 30})]),
    ],
)
def test_a_doubt_leaves_out_the_word_of_one_consumer(shares: dict[str, float], left: list[tuple[Any, ...]]) -> None:
    asked = rows(("a", 20, "table"), ("a", 10, "told"), *([("b", 5, "table")] if "b" in shares else []))
    found = [(doubt.consumer, doubt.own, whose(doubt.rows)) for doubt in doubts(contract(**shares), asked)]
    assert found == left
