"""Slices: values that training never saw count together, so that nobody makes series by inventing values."""

from datetime import UTC, datetime, timedelta

import polars as pl

from monitoring.evaluation.cells import MOST, OTHER, count, fold
from monitoring.evaluation.figures import figures
from sixfold.contract import Product
from sixfold.tasks.binary import Binary

START = datetime(2013, 10, 1, tzinfo=UTC)


def asked(origins: list[str | None], release: str = "a" * 64) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "api_version": "v1", "release": release, "shadow": False, "origin": origins, "score": 0.5, "label": 1.0,
            "due": True, "time": START, "known_at": START + timedelta(hours=3),
        },
        schema_overrides={"origin": pl.String},
    )  # fmt: skip


def values(product: Product, rows: pl.DataFrame, trained: dict[str, tuple[str, ...]]) -> dict[str, int]:
    cells = fold(Binary(), count(Binary(), rows, ["origin"]), lambda _: trained)
    return {each.value: each.predictions for each in figures(product, cells) if each.slice}


def test_values_that_training_never_saw_count_together(product: Product) -> None:
    rows = asked(["JFK", "JFK", "EWR", "XXX", "", None])
    assert values(product, rows, {"origin": ("EWR", "JFK", "LGA")}) == {"JFK": 2, "EWR": 1, OTHER: 3}


def test_a_release_that_does_not_say_what_it_saw_has_its_most_frequent_values(product: Product) -> None:
    invented = [f"{number:03}" for number in range(1296)]
    found = values(product, asked(["JFK", "JFK", *invented]), {})
    assert len(found) == MOST + 1 == 51
    assert (found["JFK"], found["other"]) == (2, 1296 - MOST + 1)


def test_each_release_knows_its_own_values(product: Product) -> None:
    rows = pl.concat([asked(["JFK"]), asked(["JFK"], "b" * 64)])
    saw: dict[str, dict[str, tuple[str, ...]]] = {"a" * 12: {"origin": ("JFK",)}, "b" * 12: {"origin": ()}}
    cells = fold(Binary(), count(Binary(), rows, ["origin"]), saw.__getitem__)
    assert [each.value for each in figures(product, cells) if each.slice] == ["JFK", OTHER]


def test_the_total_counts_every_row(product: Product) -> None:
    cells = fold(Binary(), count(Binary(), asked(["XXX", None]), ["origin"]), lambda _: {"origin": ("JFK",)})
    assert [each.predictions for each in figures(product, cells) if not each.slice] == [2]
