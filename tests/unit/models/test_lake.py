from datetime import UTC, datetime

import polars as pl
import pytest

from models.aws import open_catalog
from models.lake import Lake
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import TableSpec

SPEC = TableSpec("curated.things", "arrivals", "Things that are", month_of="at")
ROWS = pl.DataFrame({"id": [1, 2], "at": [datetime(2013, month, 1, tzinfo=UTC) for month in (1, 2)]})


def test_a_table_gives_back_what_was_written(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {})
    assert lake.read(SPEC.name).sort("id").equals(ROWS)


def test_a_table_is_partitioned_by_month_and_says_whose_it_is(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {})
    table = lake._table(SPEC.name)
    assert table.inspect.partitions().num_rows == 2
    assert {"owner": "arrivals", "description": "Things that are"}.items() <= table.properties.items()


def test_a_snapshot_tells_its_facts(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {"content": "old"})
    lake.replace(SPEC, ROWS.head(1), {"content": "new", "rows-raw": "1"})
    assert lake.facts(SPEC.name) == {"content": "new", "rows-raw": "1"}
    assert lake.count(SPEC.name) == 1


def test_a_write_that_dies_before_its_commit_leaves_the_old_snapshot(
    platform: PlatformRefs, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(lake._catalog), "commit_table", die)
    with pytest.raises(KeyboardInterrupt):
        lake.replace(SPEC, ROWS.head(1), {})
    assert Lake(platform, "flight_delays").read(SPEC.name).height == 2


def test_a_table_follows_columns_that_come_and_go(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {})
    changed = ROWS.drop("id").with_columns(name=pl.lit("x"))
    lake.replace(SPEC, changed, {})
    assert lake.read(SPEC.name).sort("at").equals(changed)


def test_an_old_snapshot_can_still_be_read(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {})
    before = lake.snapshot_id(SPEC.name)
    lake.replace(SPEC, ROWS.head(1), {})
    assert lake._table(SPEC.name).scan(snapshot_id=before).to_arrow().num_rows == 2


def test_reading_a_table_that_is_not_there_says_what_to_do(platform: PlatformRefs) -> None:
    with pytest.raises(SixfoldError, match=r"no table raw\.nothing\n.*sixfold data load"):
        Lake(platform, "flight_delays").read("raw.nothing")


def test_two_products_have_tables_of_the_same_name(platform: PlatformRefs) -> None:
    mine, yours = Lake(platform, "flight_delays"), Lake(platform, "house_prices")
    mine.replace(SPEC, ROWS, {"content": "mine"})
    yours.replace(SPEC, ROWS.head(1), {"content": "yours"})
    assert (mine.count(SPEC.name), yours.count(SPEC.name)) == (2, 1)
    assert (mine.facts(SPEC.name), yours.facts(SPEC.name)) == ({"content": "mine"}, {"content": "yours"})


def test_a_table_that_another_product_made_is_not_written(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    lake.replace(SPEC, ROWS, {})
    with lake._table(SPEC.name).transaction() as change:
        change.set_properties({"sixfold.product": "house_prices"})
    with pytest.raises(SixfoldError, match=r"belongs to the product house_prices, not to flight_delays"):
        lake.replace(SPEC, ROWS.head(1), {})
    assert lake.count(SPEC.name) == 2


def test_a_release_from_before_reads_by_the_bare_name_what_is_there_now(platform: PlatformRefs) -> None:
    lake = Lake(platform, "flight_delays")
    for rows in (ROWS, ROWS.head(1)):
        lake.replace(SPEC, rows, {})
        lake.lend()
        bare = open_catalog(platform).load_table((platform.databases.curated, "things"))
        assert bare.scan().to_arrow().num_rows == rows.height
