from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from models.candidate import View
from models.features.historical import historical
from models.features.past import _index
from models.lake import Lake
from products.flight_delays import features, model
from serving.online import OnlineReader
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.product import feature_names
from tests.unit.models.online_reader import reader_of

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader(built: PlatformRefs, product: Product) -> OnlineReader:
    return reader_of(built, product)


def test_a_replay_is_answered_from_just_what_training_saw(reader: OnlineReader, built: PlatformRefs) -> None:
    examples = model.examples(Lake(built, "flight_delays").read).sample(300, seed=1)
    seen = historical(Lake(built, "flight_delays"), features, examples).select(feature_names(features))
    keys = list(features.ENTITIES)
    answered = [
        reader.read([{key: row[key] for key in keys}], row["event_timestamp"])[0] for row in examples.to_dicts()
    ]
    assert pl.DataFrame(answered, seen.schema).equals(seen.fill_nan(None))


def test_before_anything_was_known_nothing_is(reader: OnlineReader) -> None:
    known = {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "N523JB"}
    (found,) = reader.read([known], datetime(2012, 1, 1, tzinfo=UTC) - timedelta(days=1))
    assert set(found) == set(feature_names(features))
    assert set(found.values()) == {None}


def test_a_view_may_have_several_join_keys() -> None:
    rows = pl.DataFrame(
        {"station": ["a", "a", "b"], "month": ["1", "2", "1"], "event_timestamp": [NOON] * 3, "mean": [1.0, 2.0, 3.0]}
    )
    view = View(name="means", keys=("station", "month"), features=("mean",), table="means", moment="event_timestamp")
    lake: Any = SimpleNamespace(read=lambda _: rows)
    index = _index(lake, view)
    assert {keys: values.tolist() for keys, (_, values) in index.known.items()} == {
        ("a", "1"): [[1.0]], ("a", "2"): [[2.0]], ("b", "1"): [[3.0]],
    }  # fmt: skip
