from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from models.features.build import historical
from models.features.online import OnlineReader
from models.lake import Lake
from products.flight_delays import features, train
from sixfold.outputs import PlatformRefs


@pytest.fixture(scope="module")
def reader(built: PlatformRefs) -> OnlineReader:
    return OnlineReader(built, "flight-delays")


def test_a_replay_is_answered_from_just_what_training_saw(reader: OnlineReader, built: PlatformRefs) -> None:
    examples = train.examples(Lake(built).read).sample(300, seed=1)
    seen = historical(built, features.SERVICE, examples).select(reader.feature_names)
    keys = list(features.ENTITIES)
    answered = [
        reader.read([{key: row[key] for key in keys}], row["event_timestamp"])[0] for row in examples.to_dicts()
    ]
    assert pl.DataFrame(answered, seen.schema).equals(seen.fill_nan(None))


def test_before_anything_was_known_nothing_is(reader: OnlineReader) -> None:
    known = {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "N523JB"}
    (found,) = reader.read([known], datetime(2012, 1, 1, tzinfo=UTC) - timedelta(days=1))
    assert set(found) == set(reader.feature_names)
    assert set(found.values()) == {None}
