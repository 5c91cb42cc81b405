import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import polars as pl
import pytest

from models import aws
from models.features import build as features
from models.features.online import begin, end, read_freshness, read_materialization
from models.features.store import open_store
from models.lake import Lake
from products.flight_delays import features as definitions
from products.flight_delays import model
from serving.online import OnlineReader
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.product import Source, feature_names
from tests.unit.models.online_reader import reader_of

KNOWN = {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "N523JB"}


@pytest.fixture(scope="module")
def reader(built: PlatformRefs, product: Product) -> OnlineReader:
    return reader_of(built, product)


def test_online_is_the_newest_row_of_each_entity(reader: OnlineReader, built: PlatformRefs) -> None:
    rows = Lake(built, "flight_delays").read("curated.features_carrier_history").filter(pl.col("carrier") == "B6")
    newest = rows.sort("event_timestamp").row(-1, named=True)
    (found,) = reader.read([KNOWN])
    assert found["carrier_late_28d"] == pytest.approx(newest["carrier_late_28d"])


def test_what_the_store_does_not_know_is_none(reader: OnlineReader) -> None:
    known, unknown = reader.read([KNOWN, KNOWN | {"carrier": "ZZ"}])
    assert known["carrier_late_28d"] is not None
    assert unknown["carrier_late_28d"] is None
    assert unknown["temp"] == known["temp"]


def test_each_row_has_all_features_in_their_order(reader: OnlineReader) -> None:
    assert tuple(reader.read([KNOWN])[0]) == feature_names(definitions)


def test_no_rows_are_no_question(reader: OnlineReader) -> None:
    assert reader.read([]) == []


def test_freshness_tells_the_newest_event_and_when_it_was_copied(reader: OnlineReader) -> None:
    fresh = reader.freshness()
    assert fresh.newest_event.year == 2013
    assert datetime.now(UTC) - fresh.materialized_at < timedelta(hours=1)


def test_what_feast_reads_is_what_a_release_reads(reader: OnlineReader, built: PlatformRefs, product: Product) -> None:
    flights = model.examples(Lake(built, product.package).read).sample(60, seed=1)
    rows: list[dict[str, str]] = flights.select(*definitions.ENTITIES).to_dicts()
    rows += [KNOWN | {"tailnum": "no such aircraft", "route": ""}, KNOWN | {"carrier": "Ünknown"}]
    found = open_store(built, product.package).get_online_features(definitions.SERVICE, rows).to_dict()
    theirs = [{name: found[name][place] for name in feature_names(definitions)} for place in range(len(rows))]
    for mine, row in zip(reader.read(rows), theirs, strict=True):
        assert mine == {name: None if value is None or math.isnan(value) else value for name, value in row.items()}


def test_rows_are_remembered_until_the_features_are_materialized_again(built: PlatformRefs, product: Product) -> None:
    reader = reader_of(built, product)
    assert reader.remembered([KNOWN]) is None
    assert reader.read([KNOWN]) == reader.remembered([KNOWN])
    fresh = reader.freshness()
    begin(built, product.package)
    reader.materialization.look()
    assert reader.remembered([KNOWN]) is None
    assert reader.read([KNOWN]) == reader.stale([KNOWN])
    end(built, product.package, fresh)
    reader.materialization.look()
    assert reader.remembered([KNOWN]) is None


def test_a_copy_of_before_the_record_or_one_that_was_cut_short_is_made_again(
    built: PlatformRefs, product: Product
) -> None:
    assert not features.build(built, product)
    begin(built, product.package)
    assert features.build(built, product)
    assert not features.build(built, product)


def test_teardown_leaves_no_table_and_no_registry(
    platform: PlatformRefs, product: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    from models import loading  # noqa: PLC0415 - for this test alone

    loading.load(platform, product, few(200))
    features.build(platform, product)
    features.teardown(platform, product.package)
    dynamodb = boto3.client("dynamodb", endpoint_url=platform.aws_endpoint, region_name=platform.region)
    assert not [name for name in dynamodb.list_tables()["TableNames"] if name.startswith(platform.feature_project)]
    s3 = boto3.client("s3", endpoint_url=platform.aws_endpoint, region_name=platform.region)
    assert s3.list_objects_v2(Bucket=platform.features_bucket)["KeyCount"] == 0


def test_teardown_has_nothing_to_do_where_an_up_never_made_the_bucket(platform: PlatformRefs, product: Product) -> None:
    nowhere = platform.model_copy(update={"features_bucket": "never-made"})
    features.teardown(nowhere, product.package)
    buckets = aws.s3(platform).list_buckets()["Buckets"]
    assert "never-made" not in {bucket["Name"] for bucket in buckets}


def test_features_found_in_step_with_the_lake_are_fresh_and_remembered_rows_still_hold(
    built: PlatformRefs, product: Product
) -> None:
    s3 = aws.s3(built)
    fresh, rows = read_freshness(s3, built, product.package), read_materialization(s3, built, product.package)
    assert not features.build(built, product)
    again = read_freshness(s3, built, product.package)
    assert (again.newest_event, again.materialized_at > fresh.materialized_at) == (fresh.newest_event, True)
    assert read_materialization(s3, built, product.package) == rows
