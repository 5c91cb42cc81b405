"""Whose an object or a table is, where names are alike; and a deletion that was interrupted."""

from typing import Any

import pytest

from models import aws, belongings
from sixfold.outputs import PlatformRefs

MINE = {
    "lake": ("steps/air/load.json", "raw/air__flights/a.parquet", "labels/air/a.parquet", "predictions/air/a.parquet"),
    "features": ("air/registry.pb", "air/freshness.json"),
}
OTHERS = {
    "lake": (
        "steps/air_port/load.json",
        "raw/air_port__flights/a",
        "labels/airs/a",
        "predictions/air_port/a",
        "raw/air/a",
    ),
    "features": ("air_port/registry.pb", "registry.pb"),
}


def _put(platform: PlatformRefs, keys: dict[str, tuple[str, ...]]) -> None:
    for bucket, names in keys.items():
        for name in names:
            aws.s3(platform).put_object(Bucket=f"{platform.stack}-{bucket}", Key=name, Body=b"")


def _table(platform: PlatformRefs, layer: str, name: str, **parameters: str) -> None:
    given: Any = {"Name": name, "Parameters": {key.replace("_", "."): text for key, text in parameters.items()}}
    aws.glue(platform).create_table(DatabaseName=f"{platform.stack}_{layer}", TableInput=given)


def _stored(platform: PlatformRefs, bucket: str) -> set[str]:
    listed = aws.s3(platform).list_objects_v2(Bucket=f"{platform.stack}-{bucket}").get("Contents", [])
    return {each["Key"] for each in listed}


def test_a_product_whose_name_begins_like_another_keeps_all_of_its_objects(platform: PlatformRefs) -> None:
    _put(platform, MINE)
    _put(platform, OTHERS)
    belongings.delete(platform, belongings.find(platform, "air"), lambda _: None)
    assert {bucket: _stored(platform, bucket) for bucket in OTHERS} == {b: set(keys) for b, keys in OTHERS.items()}


def test_a_table_is_of_the_product_in_its_property_or_else_in_its_name(platform: PlatformRefs) -> None:
    _table(platform, "curated", "air__weather")
    _table(platform, "curated", "weather", sixfold_product="air")  # lent to a release from before names had a product
    _table(platform, "curated", "air", sixfold_product="other")
    _table(platform, "curated", "planes")
    _table(platform, "raw", "air")
    _table(platform, "labels", "air")
    _table(platform, "predictions", "feedback_air")
    found = {(each.database.rpartition("_")[2], each.name) for each in belongings.find(platform, "air").tables}
    assert found == {
        ("curated", "air__weather"),
        ("curated", "weather"),
        ("labels", "air"),
        ("predictions", "feedback_air"),
    }


@pytest.mark.parametrize("step", range(4))
def test_a_deletion_that_was_interrupted_is_finished_by_the_next(platform: PlatformRefs, step: int) -> None:
    _put(platform, MINE)
    _table(platform, "raw", "air__flights")
    belongings_deleted(platform, stop_after=step)
    belongings.delete(platform, belongings.find(platform, "air"), lambda _: None)
    assert not any(belongings.find(platform, "air"))


def belongings_deleted(platform: PlatformRefs, stop_after: int) -> None:
    """Delete, and be interrupted when that many messages were given."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) > stop_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        belongings.delete(platform, belongings.find(platform, "air"), say)
