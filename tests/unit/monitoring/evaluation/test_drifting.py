from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from monitoring.evaluation.drifting import FEWEST, drifts
from sixfold.drift import describe_all

TRAINED = describe_all({"temp": np.random.default_rng(1).normal(50, 10, 20_000), "score": np.linspace(0, 1, 1000)})
DAY = timedelta(days=1)


def served(rows: int, *, release: str = "a", celsius: bool = False) -> pl.DataFrame:
    """Return the served features of two days, with every tenth temperature missing."""
    temp = np.random.default_rng(2).normal(50, 10, rows)
    start = datetime(2013, 10, 1, tzinfo=UTC)
    return pl.DataFrame(
        {
            "time": [start + 2 * DAY * n / (rows - 1) for n in range(rows)], "api_version": "v1", "release": release,
            "temp": [None if n % 10 == 0 else each for n, each in enumerate((temp - 32) * 5 / 9 if celsius else temp)],
            "score": np.linspace(0, 1, rows),
        }
    )  # fmt: skip


def test_a_release_that_serves_another_unit_has_drifted_and_the_other_has_not() -> None:
    rows = pl.concat([served(2000), served(2000, release="b", celsius=True)])
    found = {(each.release, each.feature): each for each in drifts(rows, lambda _: TRAINED, DAY)}
    assert found["a", "temp"].ks < 0.05
    assert found["b", "temp"].ks > 0.9
    assert found["b", "temp"].psi > 5
    assert found["b", "score"].psi < 0.01
    assert found["a", "temp"].missing == pytest.approx(0.1)


def test_a_few_rows_or_hours_are_no_drift() -> None:
    assert drifts(served(FEWEST - 1), lambda _: TRAINED, DAY) == []
    assert drifts(served(2000), lambda _: TRAINED, 3 * DAY) == []


def test_a_release_that_brings_no_reference_has_none() -> None:
    assert drifts(served(2000), lambda _: {}, DAY) == []
