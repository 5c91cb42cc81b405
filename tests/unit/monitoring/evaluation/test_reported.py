"""Clusters of reports: predictions of named consumers, each once, by the values of slices that the release knows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitoring.evaluation.reported import Reported, Reports
from serving.tables import writer
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import REPORTS, REPORTS_TABLE

NOW = datetime.now(UTC)
Report = Callable[..., None]


@pytest.fixture
def report(platform: PlatformRefs, tmp_path: Path) -> Report:
    """A function that adds a report of a prediction."""
    write = writer(platform, tmp_path, platform.table("flight_delays", REPORTS_TABLE)[1], REPORTS)

    def report(prediction: str, consumer: str = "rebooking", days: float = 0) -> None:
        about = {"report_id": "r", "product": "flight-delays", "api_version": "v1", "comment": "odd"}
        write([about | {"prediction_id": prediction, "consumer": consumer, "time": NOW - timedelta(days=days)}])

    return report


@pytest.fixture
def reports(platform: PlatformRefs, product: Product) -> Reports:
    return Reports(platform, product, lambda _: {"origin": ("JFK",), "carrier": ()})


def test_each_prediction_counts_once_by_slice_and_those_of_unknown_callers_or_of_other_days_do_not(
    reports: Reports, report: Report, log: Callable[[list[dict[str, Any]]], None], predictions: Callable[..., Any]
) -> None:
    log(rows := predictions(4))
    first, second, third, fourth = (row["prediction_id"] for row in rows)
    for prediction in (first, first, second):
        report(prediction)
    report(third, consumer="unknown")
    report(fourth, days=2)
    everything = [Reported("", "", 2), Reported("carrier", "other", 2), Reported("origin", "JFK", 2)]
    assert reports.count(NOW) == everything


def test_a_new_report_is_seen_at_the_next_look_and_an_old_one_ends(reports: Reports, report: Report) -> None:
    assert reports.count(NOW) == []
    report("a")
    assert reports.count(NOW) == [Reported("", "", 1)]
    report("b")
    assert reports.count(NOW) == [Reported("", "", 2)]
    assert reports.count(NOW + timedelta(days=2)) == [Reported("", "", 0)]
