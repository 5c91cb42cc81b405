"""State of the platform after `make up`."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
from pyiceberg.catalog import load_catalog

from infra.plans.monitoring.dashboards import expressions, product_dashboard
from sixfold.contract import Product

AREAS = {"edge", "alert", "process", "release", "copy", "bucket", "log", "store", "aws", "lake", "disk"}


def test_the_gate_prints_a_metric_that_beats_the_baseline_by_more_than_its_margin(first_up: str) -> None:
    said = r"roc_auc against the baseline and its margin: ([\d.]+) is at least ([\d.]+)"
    value, bound = re.findall(said, first_up)[0]
    assert float(value) > float(bound) > 0.5


def test_status_is_json_as_documented(platform: Any) -> None:
    status = json.loads(platform.run("sixfold", "status", "--json"))
    (version,) = status["products"][0]["api_versions"]
    assert set(version) == {"version", "url", "status", "releases"}
    assert set(status["endpoints"]) == {"prometheus", "alertmanager", "aws", "portal"}
    asked = {finding["area"] for finding in status["findings"]}
    assert (status["well"], asked) == (True, AREAS)


def test_a_release_has_its_bill_of_materials_and_the_rules_that_it_passed(platform: Any) -> None:
    (release, *_) = json.loads(platform.run("sixfold", "releases", "flight-delays", "--json"))
    bill = json.loads(platform.run("sixfold", "sbom", "flight-delays", release["digest"]))
    assert any("roc_auc against the baseline and its margin" in rule for rule in release["gate"])
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "flight-delays")


def test_the_live_service_predicts(platform: Any, flight: dict[str, Any]) -> None:
    answer = httpx.post(f"{platform.url()}/predict", json=flight).raise_for_status().json()
    assert set(answer) == {"prediction_id", "release", "prediction"}
    assert 0 < answer["prediction"]["late_probability"] < 1


def test_another_product_of_another_task_answers_beside_it(platform: Any) -> None:
    row = {"station": "SEA", "day": "2016-01-01"}
    answer = httpx.post(f"{platform.url('daily-high')}/predict", json=row).raise_for_status().json()
    assert -10 < answer["prediction"]["high_celsius"] < 40


def test_the_answer_depends_on_features_from_the_store(platform: Any, flight: dict[str, Any]) -> None:
    rows = [flight, flight | {"tailnum": None}]
    answers = httpx.post(f"{platform.url()}/predict", json={"rows": rows}).raise_for_status().json()["predictions"]
    known, unknown = (answer["prediction"]["late_probability"] for answer in answers)
    assert known != unknown


def test_a_bad_row_gets_a_problem_document(platform: Any, flight: dict[str, Any]) -> None:
    answer = httpx.post(f"{platform.url()}/predict", json=flight | {"origin": "ZZZ"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "origin" in answer.text


def test_a_preview_after_up_shows_no_changes(platform: Any) -> None:
    assert "unchanged" in platform.run("pulumi", "preview", "--stack", "local", "--expect-no-changes")


def test_a_second_up_has_nothing_to_do(platform: Any) -> None:
    again = platform.run("sixfold", "up")
    assert again.count("nothing to do") == 2 * len(platform.environment().products)  # data and features of each
    assert not re.search(r"\d (created|updated|deleted)", again)


def test_the_portal_names_the_product_and_its_release(platform: Any) -> None:
    page = httpx.get(platform.environment().endpoints.portal).raise_for_status().text
    assert "Flight delays" in page
    assert platform.release[:12] in page


def test_prometheus_reaches_every_process(platform: Any) -> None:
    _until(lambda: _query(platform, "count(up == 1) == count(up)"))
    jobs = {series["metric"]["job"] for series in _query(platform, "up")}
    assert jobs >= {"serving", "edge", "router", "inbox", "exporter", "evaluation", "prometheus", "alertmanager"}


def test_replayed_flights_are_measured_by_the_products_metric(replayed: Any, contract: Product) -> None:
    live, version = f'sixfold_live_metric{{slice="",release="{replayed.release[:12]}"}}', 'state="enough",slice=""'
    seen = f"{live} and ignoring(state) sixfold_live_state{{{version}}} == 1"
    _until(lambda: any(_in_range(each, contract) for each in _query(replayed, seen)), 300)


def _in_range(series: dict[str, Any], contract: Product) -> bool:
    """Return whether a figure is one of all five days: that of the first labels, while others arrive, may be less."""
    return contract.metric.live_threshold < float(series["value"][1]) < 0.8


def test_what_was_served_is_what_the_lake_has(replayed: Any) -> None:
    _until(lambda: _query(replayed, "sixfold_skew_rows > 500"), 600)
    differing = _query(replayed, f'sixfold_skew_differing_rows{{release="{replayed.release[:12]}"}}')
    assert [each["value"][1] for each in differing] == ["0"]


def test_every_query_of_the_dashboard_returns_data(replayed: Any, contract: Product, flight: dict[str, Any]) -> None:
    platform = replayed
    httpx.post(f"{platform.url()}/predict", json=flight | {"tailnum": "NOSUCH"}).raise_for_status()
    queries = expressions(product_dashboard(product=contract))
    _until(lambda: all(_query(platform, query.replace("$__rate_interval", "1m")) for query in queries))


def test_a_healthy_platform_alerts_nobody(platform: Any) -> None:
    firing = httpx.get(f"{platform.environment().endpoints.alertmanager}/api/v2/alerts").json()
    assert [alert["labels"]["alertname"] for alert in firing] == ["Watchdog"]


def test_a_prediction_is_in_the_lake_after_the_flush_interval(platform: Any, flight: dict[str, Any]) -> None:
    predicted = httpx.post(f"{platform.url()}/predict", json=flight).json()["prediction_id"]
    _until(lambda: predicted in _logged(platform))


def _query(platform: Any, expression: str) -> list[dict[str, Any]]:
    address = f"{platform.environment().endpoints.prometheus}/api/v1/query"
    answer = httpx.get(address, params={"query": expression}).raise_for_status().json()
    return list(answer["data"]["result"])


def _logged(platform: Any) -> set[str]:
    known = platform.environment().platform
    catalog = load_catalog(
        "lake",
        **{"type": "glue", "glue.region": known.region, "glue.endpoint": known.aws_endpoint},
        **{"s3.region": known.region, "s3.endpoint": known.aws_endpoint, "warehouse": f"s3://{known.lake_bucket}"},
    )
    table = catalog.load_table((known.databases.predictions, "flight_delays"))
    return set(table.scan(selected_fields=("prediction_id",)).to_arrow()["prediction_id"].to_pylist())


def _until(met: Callable[[], object], within_s: float = 60) -> None:
    """Wait for something that others do at their own pace."""
    deadline = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < deadline, "not within its time"
        time.sleep(1)
