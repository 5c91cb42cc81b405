"""Feature tables change by the month."""

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from models import loading, steps
from models.features import build as features
from models.features.months import EPOCH, changed, write
from models.lake import Lake
from products.flight_delays import features as definitions
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.product import Source, TableSpec
from tests.unit.models.online_reader import reader_of

SPEC = TableSpec("curated.features_x", "arrivals", "Things that were", month_of="event_timestamp")


def table(*rows: tuple[str, int, float]) -> pl.DataFrame:
    """Rows of an entity, a month of 2013 and a value."""
    names, months, values = zip(*rows, strict=True)
    moments = [datetime(2013, month, 3, tzinfo=UTC) for month in months]
    return pl.DataFrame({"key": names, "event_timestamp": moments, "value": values})


BEFORE = table(("a", 1, 1.0), ("b", 1, 2.0), ("a", 2, 3.0), ("b", 3, 4.0), ("c", 12, 5.0))


@pytest.fixture
def lake(platform: PlatformRefs) -> Lake:
    """One that has a table of five rows in four months."""
    lake = Lake(platform, "flight_delays")
    write(lake, SPEC, BEFORE, changed(lake, SPEC, BEFORE), {"content": "before"})
    return lake


def files(lake: Lake) -> set[str]:
    return set(lake._table(SPEC.name).inspect.files()["file_path"].to_pylist())


@pytest.mark.parametrize(
    ("after", "months", "since"),
    [
        (BEFORE.reverse(), [], None),
        (table(("a", 1, 1.0), ("b", 1, 2.0), ("a", 2, 9.0), ("b", 3, 4.0), ("c", 12, 5.0)), [2], 2),
        (table(("a", 1, 1.0), ("b", 1, 2.0), ("a", 2, 3.0), ("b", 3, 4.0), ("c", 12, 5.0), ("d", 12, 6.0)), [12], 12),
        (table(("a", 1, 1.0), ("b", 1, 2.0), ("a", 2, 3.0), ("b", 3, 4.0)), [12], 0),
        (table(("b", 1, 2.0), ("a", 2, 3.0), ("b", 3, 4.0), ("c", 12, 5.0)), [1], 1),
    ],
    ids=["the same in another order", "a value", "a row more", "an entity gone", "an old row gone"],
)
def test_just_the_months_that_differ_are_written(
    lake: Lake, after: pl.DataFrame, months: list[int], since: int | None
) -> None:
    before, found = files(lake), changed(lake, SPEC, after)
    begins = None if since is None else datetime(2013, since, 1, tzinfo=UTC) if since else EPOCH
    assert ([month.month for month in found.months], found.since(lake, SPEC, after, ["key"])) == (months, begins)
    write(lake, SPEC, after, found, {"content": "after"})
    assert lake.read(SPEC.name).sort("event_timestamp", "key").equals(after.sort("event_timestamp", "key"))
    assert len(before - files(lake)) == len(months)
    assert lake.facts(SPEC.name)["content"] == "after"


def test_a_column_more_changes_every_month(lake: Lake) -> None:
    after = BEFORE.with_columns(more=pl.lit(1))
    assert changed(lake, SPEC, after).whole
    write(lake, SPEC, after, changed(lake, SPEC, after), {})
    assert lake.read(SPEC.name).columns == after.columns


def test_a_copy_of_what_is_new_leaves_the_store_as_a_copy_of_everything(
    platform: PlatformRefs, product: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    said: list[str] = []
    for rows in (400, 500):
        loading.load(platform, product, few(rows))
        features.build(platform, product, said.append)
    flights = Lake(platform, "flight_delays").read("curated.flights").drop_nulls("tailnum")
    asked = flights.select(*definitions.ENTITIES).to_dicts()
    after = reader_of(platform, product).read(asked)
    steps.forget(platform, product.package, features.STEP)
    features.build(platform, product, said.append)
    assert reader_of(platform, product).read(asked) == after
    assert [line.split(" feature")[0] for line in said if "copied" in line] == ["5 of 5", "5 of 5", "5 of 5"]
