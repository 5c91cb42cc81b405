"""Two products in one lake and one feature store: here the second is a copy of the first under another name."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models import aws, belongings, loading
from models.features import build as features
from models.steps import versions
from serving.tables import writer
from sixfold import prediction_log as log
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs, feedback_table
from sixfold.product import Source, load_code
from tests.unit.models.online_reader import reader_of

KNOWN = {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "N523JB"}


def _seen(platform: PlatformRefs, product: Product) -> dict[str, Any]:
    """Return what another product could disturb: tables, online rows, and the record of their copy."""
    definitions = load_code(product).features
    tables = [*definitions.INPUTS, *(view.batch_source.name for view in definitions.VIEWS)]
    reader = reader_of(platform, product)
    return {
        "tables": versions(platform, product.package, tables),
        "online": reader.read([KNOWN]),
        "freshness": reader.freshness(),
    }


def test_loading_building_and_removing_one_product_changes_nothing_of_another(
    built: PlatformRefs, product: Product, second: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    before = _seen(built, product)
    assert loading.load(built, second, few(200))
    assert features.build(built, second)
    assert _seen(built, product) == before
    assert reader_of(built, second).read([KNOWN]) != before["online"]
    features.teardown(built, second.package)
    assert _seen(built, product) == before
    assert not features.build(built, product)


def _content(platform: PlatformRefs) -> dict[str, Any]:
    """Return every object, table and online row of a platform, whoever's they are."""
    s3, glue, online = aws.s3(platform), aws.glue(platform), aws.dynamodb(platform)
    buckets = (platform.lake_bucket, platform.features_bucket, platform.registry_bucket)
    objects = [each for bucket in buckets for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    tables = [each for _, db in platform.databases for each in glue.get_tables(DatabaseName=db)["TableList"]]
    names = [each for each in online.list_tables()["TableNames"] if each.startswith(platform.feature_project)]
    return {
        "objects": {each["Key"]: each["ETag"] for each in objects},
        "tables": {(each["DatabaseName"], each["Name"]): each["Parameters"] for each in tables},
        "online": {name: online.scan(TableName=name)["Items"] for name in names},
    }


def _answer(platform: PlatformRefs, package: str, home: Path) -> None:
    """Write one prediction, one label and one report of a consumer, as a release does."""
    row = {log.PREDICTION_ID: "1", log.TIME: datetime(2013, 10, 1, tzinfo=UTC)}
    writer(platform, home, package, log.PREDICTIONS)([row])
    writer(platform, home, feedback_table(package), log.FEEDBACK)([row])
    writer(platform, home, platform.table(package, log.REPORTS_TABLE)[1], log.REPORTS)([row])


@pytest.fixture
def answered(built: PlatformRefs, product: Product, tmp_path: Path) -> Iterator[PlatformRefs]:
    """The platform with features, and a prediction and its feedback."""
    _answer(built, product.package, tmp_path)
    yield built
    reports = built.table(product.package, log.REPORTS_TABLE)[1]
    for name in (product.package, feedback_table(product.package), reports):
        aws.open_catalog(built).purge_table((built.databases.predictions, name))


def test_a_product_that_was_deleted_left_nothing_and_took_no_byte_table_or_row_of_another(
    answered: PlatformRefs, second: Product, few: Callable[[int], tuple[Source, ...]], tmp_path: Path
) -> None:
    built = answered
    belongings.delete(built, belongings.find(built, second.package), lambda _: None)  # those of the test before
    before = _content(built)
    assert loading.load(built, second, few(200))
    assert features.build(built, second)
    _answer(built, second.package, tmp_path)
    found = belongings.find(built, second.package)
    assert all(found)
    belongings.delete(built, found, lambda _: None)
    assert _content(built) == before
    assert not any(belongings.find(built, second.package))
