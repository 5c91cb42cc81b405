"""The rules, judged by Prometheus: `promtool test rules` plays series and says which alerts fire."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from infra.plans.monitoring.platform_rules import always_fires
from infra.plans.monitoring.rules import alerts, prometheus_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product

Rules = dict[str, Any]
Fires = Callable[..., tuple[bool, str]]

VERSION = 'product="flight-delays",api_version="v1",release="abc"'
TOTAL, FAILED = f'sixfold_requests_total{{{VERSION},code="200"}}', f'sixfold_requests_total{{{VERSION},code="500"}}'
COUNT = f"sixfold_request_seconds_count{{{VERSION}}}"
FAST = f'sixfold_request_seconds_bucket{{{VERSION},le="0.25"}}'
UP, EDGE = f'up{{job="release",{VERSION}}}', 'up{job="edge",instance="127.0.0.1:8001"}'
FRESHNESS = 'sixfold_feature_freshness_seconds{product="flight-delays"}'
FALLBACK = f'sixfold_fallback_total{{{VERSION},reason="store"}}'
LOOKUPS = f"sixfold_lookup_errors_total{{{VERSION}}}"
QUARANTINE = 'sixfold_quarantine_rate{product="flight-delays",table="curated.flights"}'
SHED = f'sixfold_prediction_log_shed_total{{{VERSION},table="predictions"}}'
OLD = 'sixfold_requests_total{product="flight-delays",api_version="v1",release="abc",consumer="rebooking",code="200"}'
WHOLE = f'{VERSION},shadow="false",slice="",value=""'
JFK = f'{VERSION},shadow="false",slice="origin",value="JFK"'
ENOUGH, HIGH, LOW, COVERAGE, DUE, LIVE = (
    f"sixfold_live_{name}{{{WHOLE}{more}}}"
    for name, more in {
        "state": ',state="enough"', "metric_high": "", "metric_low": "", "label_coverage": "", "due": "",
        "predictions": "",
    }.items()
)  # fmt: skip
JFK_HIGH, JFK_ENOUGH = f"sixfold_live_metric_high{{{JFK}}}", f'sixfold_live_state{{{JFK},state="enough"}}'
DRIFT, SCORE_DRIFT = (f'sixfold_drift_psi{{{VERSION},feature="{name}"}}' for name in ("temp", "score"))
SKEWED, RECOMPUTED = (f"sixfold_skew_{name}{{{VERSION}}}" for name in ("differing_rows", "rows"))
CANARY_UP, CANARY_SKEWED, CANARY_RECOMPUTED = (each.replace("abc", "def") for each in (UP, SKEWED, RECOMPUTED))
REPORTS = f'sixfold_reports_total{{{VERSION},consumer="rebooking"}}'
REPORTED = 'sixfold_reported_predictions{product="flight-delays",slice="origin",value="JFK"}'
TOTAL_OF_ONE = TOTAL.replace("code=", 'consumer="rebooking",code=')
IDLE = 'sixfold_consumer_idle_seconds{product="flight-delays",consumer="rebooking"}'
EVALUATED = 'sixfold_evaluated_timestamp_seconds{product="flight-delays"}'
TABLE = 'sixfold_table_rows{layer="curated",product="flight-delays",table="flights"}'
REFRESHED, DISK = "sixfold_lake_refreshed_timestamp_seconds", "sixfold_disk_free_bytes"
HEALTHY = {
    TABLE: "5x90",
    REFRESHED: "0+60x90",
    DISK: "100000000000x90",
    UP: "1x90",
    EDGE: "1x90",
    TOTAL: "0+1000x90",
    COUNT: "0+1000x90",
    FAST: "0+1000x90",
    f"sixfold_predictions_total{{{VERSION}}}": "0+1000x90",
    FRESHNESS: "3600x90",
    FALLBACK: "0+1x90",
    LOOKUPS: "0x90",
    QUARANTINE: "0.001x90",
    SHED: "0x90",
    ENOUGH: "1x90",
    HIGH: "0.75x90",
    LOW: "0.71x90",
    JFK_ENOUGH: "1x90",
    JFK_HIGH: "0.72x90",
    COVERAGE: "0.95x90",
    DUE: "5000x90",
    LIVE: "6000x90",
    DRIFT: "0.02x90",
    SCORE_DRIFT: "0.02x90",
    SKEWED: "0x90",
    RECOMPUTED: "5000x90",
    REPORTS: "0x80 3x9",
    REPORTED: "3x90",
    EVALUATED: "0+60x90",
    IDLE: "60x90",
}
NOTHING: dict[str, str | None] = dict.fromkeys(HEALTHY)
CASES: dict[str, tuple[dict[str, str | None], set[str]]] = {
    "all is well": ({}, set()),
    "nobody calls": ({TOTAL: "7x90", COUNT: "7x90", FAST: "7x90"}, set()),
    "3 in 1000 fail, of 5 allowed": ({FAILED: "0+3x90"}, set()),
    "1% fail": ({FAILED: "0+10x90"}, {"AvailabilityBudgetBurn ticket"}),
    "10% fail": ({FAILED: "0+110x90"}, {"AvailabilityBudgetBurn page", "AvailabilityBudgetBurn ticket"}),
    "an outage that is over": ({FAILED: "0+1000x20 20000x70"}, {"AvailabilityBudgetBurn ticket"}),
    "a short blip": ({FAILED: "0x88 10 20"}, set()),
    "20% are slow": ({FAST: "0+800x90"}, {"LatencyBudgetBurn page", "LatencyBudgetBurn ticket"}),
    "one of the two only requests is slow": ({TOTAL: "0x80 2x9", COUNT: "0x80 2x9", FAST: "0x80 1x9"}, set()),
    "half a per cent are slow": ({FAST: "0+995x90"}, set()),
    "a release is down": ({UP: "1x80 0x10"}, {"TargetDown page"}),
    "a release was down for a moment": ({UP: "1x80 0 1x9"}, set()),
    "the edge is down": ({EDGE: "0x90"}, {"PlatformTargetDown page"}),
    "features are 49 hours old": ({FRESHNESS: "176400x90"}, {"FeaturesStale ticket"}),
    "the online store answers every other time": ({FALLBACK: "0+500x90"}, {"OnlineStoreFailing ticket"}),
    "the online store was away for a moment": ({FALLBACK: "0x80 500x9"}, set()),
    "a release fails to look up features": ({LOOKUPS: "0x85 1x5"}, {"FeatureLookupErrors ticket"}),
    "3% are in quarantine": ({QUARANTINE: "0.03x90"}, {"QuarantineRateHigh ticket"}),
    "predictions are not logged": ({SHED: "0x85 50x5"}, {"PredictionLogShedding ticket"}),
    "a release is not scraped": ({UP: None}, {"MetricsMissing ticket"}),
    "the lake is not scraped": ({QUARANTINE: None}, {"MetricsMissing ticket"}),
    "the metric is surely too low": ({HIGH: "0.61x90", LOW: "0.58x90"}, {"ModelMetricBreach page"}),
    "the metric may be too low": ({HIGH: "0.63x90", LOW: "0.58x90"}, set()),
    "the metric is too low, of too few labels": ({HIGH: "0.5x90", ENOUGH: "0x90"}, set()),
    "one airport's metric is surely too low": ({JFK_HIGH: "0.6x90"}, {"ModelMetricBreach ticket"}),
    "labels do not arrive": ({COVERAGE: "0.2x90"}, {"LabelCoverageLow ticket"}),
    "labels of a handful do not arrive": ({COVERAGE: "0.2x90", DUE: "40x90"}, set()),
    "a feature has drifted": ({DRIFT: "0.4x90"}, {"FeatureDrift ticket"}),
    "the answers have drifted": ({SCORE_DRIFT: "0.4x90"}, {"PredictionDrift ticket"}),
    "features differ from the lake": ({SKEWED: "3x90"}, {"TrainingServingSkew ticket"}),
    "nothing was recomputed": ({RECOMPUTED: "0x90"}, set()),
    "a consumer reports many predictions": ({REPORTS: "0x80 30x9"}, {"UnexpectedPredictions ticket"}),
    "many predictions of an airport are reported": ({REPORTED: "30x90"}, {"UnexpectedPredictions ticket"}),
    "callers without a key report": ({REPORTS.replace("rebooking", "unknown"): "0x80 30x9"}, set()),
    "a consumer has been silent for a month": ({IDLE: "2600000x90"}, {"ConsumerSilent ticket"}),
    "a consumer asks for ten times what it said": (
        {TOTAL_OF_ONE: "0+10000x90"},
        {"ConsumerLoadHigh ticket"},
    ),
    "it is not known who calls": ({IDLE: None}, {"MetricsMissing ticket"}),
    "the evaluation hangs": ({EVALUATED: "0+60x70 4200x20"}, {"EvaluationStale ticket"}),
    "the evaluation hangs during a rollout": (
        {EVALUATED: "0+60x70 4200x20", CANARY_UP: "1x90"},
        {"EvaluationStale page"},
    ),
    "a rollout is under way": ({CANARY_UP: "1x90"}, set()),
    "nothing is evaluated": ({EVALUATED: None}, {"MetricsMissing ticket"}),
    "features cannot be recomputed": ({SKEWED: None, RECOMPUTED: None}, {"MetricsMissing ticket"}),
    "nothing was ever predicted": ({LIVE: None, RECOMPUTED: None, SKEWED: None, HIGH: None, IDLE: None}, set()),
    "the lake has forgotten its tables": ({TABLE: "5x80 _x9"}, {"LakeEmpty page"}),
    "the lake does not answer": ({TABLE: "5x70 _x19", REFRESHED: "0+60x70 4200x19"}, {"PlatformTargetDown page"}),
    "the disk is nearly full": ({DISK: "1000000000x90"}, {"DiskFillsUp page"}),
    "the disk is full in an hour": ({DISK: "40000000000-400000000x90"}, {"DiskFillsUp page"}),
    "the disk fills slowly": ({DISK: "40000000000-10000000x90"}, set()),
    "nothing is scraped": (NOTHING, {"MetricsMissing ticket"}),
}


@pytest.fixture
def rules(product: Product, live: tuple[VersionTraffic, ...]) -> Rules:
    return prometheus_rules(products={product.name: product}, traffic=live)


@pytest.fixture
def fires(tool: Callable[[str], str], write: Callable[[str, Any], str]) -> Fires:
    """A function that says whether just the expected alerts ("name severity") fire after 90 minutes, and a report."""

    def fires(
        rules: Rules, series: dict[str, str | None], expected: set[str], by: tuple[str, str] = ("alertname", "severity")
    ) -> tuple[bool, str]:
        played = [{"series": name, "values": values} for name, values in series.items() if values]
        samples = [
            {
                "labels": "{" + ",".join(f'{key}="{value}"' for key, value in zip(by, each.split(), strict=True)) + "}",
                "value": 1,
            }
            for each in expected
        ]
        question = {
            "expr": f'group by ({", ".join(by)}) (ALERTS{{alertstate="firing"}})',
            "eval_time": "90m",
            "exp_samples": samples,
        }
        test = {"interval": "1m", "input_series": played, "promql_expr_test": [question]}
        file = write(
            "test.yml", {"rule_files": [write("rules.yml", rules)], "evaluation_interval": "1m", "tests": [test]}
        )
        done = subprocess.run([tool("promtool"), "test", "rules", file], capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    return fires


@pytest.mark.parametrize("case", CASES)
def test_alerts_fire_when_they_should_and_only_then(case: str, rules: Rules, fires: Fires) -> None:
    changed, expected = CASES[case]
    right, report = fires(rules, {**HEALTHY, **changed}, expected)
    assert right, report


def test_a_product_without_a_release_alerts_nobody(
    product: Product, plan: Callable[..., tuple[VersionTraffic, ...]], fires: Fires
) -> None:
    rules = prometheus_rules(products={product.name: product}, traffic=plan(product))
    right, report = fires(rules, {EDGE: "1x90"}, set())
    assert right, report


@pytest.mark.parametrize(
    ("found", "expected"), [({}, {"PlatformTargetDown page"}), ({'up{job="portal",instance="a"}': "1x90"}, set())]
)
def test_a_part_that_has_lost_all_of_its_targets_is_missed(
    found: dict[str, str | None],
    expected: set[str],
    product: Product,
    live: tuple[VersionTraffic, ...],
    fires: Fires,
) -> None:
    rules = prometheus_rules(products={product.name: product}, traffic=live, parts=["portal"])
    right, report = fires(rules, {**HEALTHY, **found}, expected)
    assert right, report


def test_promtool_finds_nothing_to_complain_of(
    rules: Rules, tool: Callable[[str], str], write: Callable[[str, Any], str]
) -> None:
    command = [tool("promtool"), "check", "rules", "--lint-fatal", write("rules.yml", rules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_names_its_owner_and_a_runbook_that_exists(rules: Rules) -> None:
    root = Path(__file__).parents[4]
    for alert in alerts(rules):
        assert alert["labels"]["team"] in {"arrivals", "platform"}
        assert {"summary", "description"} <= alert["annotations"].keys()
        assert (root / alert["annotations"]["runbook_url"]).is_file(), alert["alert"]


@pytest.fixture
def old(make_product: Callable[..., Product], plan: Callable[..., tuple[VersionTraffic, ...]]) -> Rules:
    """The rules of a product whose only version was deprecated an hour after the clock of promtool begins."""
    versions = {"v1": {"since": date(1969, 1, 1), "deprecated": date(1970, 1, 1), "sunset": date(2099, 1, 1)}}
    product = make_product(api_versions=versions)
    return prometheus_rules(
        products={product.name: product}, traffic=plan(product, v1=[("abc", "127.0.0.1:8020", 100)])
    )


@pytest.mark.parametrize(
    ("calls", "expected"), [("0+10x90", {"DeprecatedVersionCalled ticket"}), ("7x90", set()), (None, set())]
)
def test_whoever_still_calls_a_deprecated_version_is_named(
    calls: str | None, expected: set[str], old: Rules, fires: Fires
) -> None:
    right, report = fires(old, {**HEALTHY, TOTAL: "7x90", OLD: calls}, expected)
    assert right, report


def test_nobody_is_told_before_a_version_is_deprecated(
    make_product: Callable[..., Product], plan: Callable[..., tuple[VersionTraffic, ...]], fires: Fires
) -> None:
    product = make_product(api_versions={"v1": {"since": date(2026, 1, 1), "deprecated": date(2099, 1, 1)}})
    traffic = plan(product, v1=[("abc", "127.0.0.1:8020", 100)])
    right, report = fires(
        prometheus_rules(products={product.name: product}, traffic=traffic), {**HEALTHY, OLD: "0+10x90"}, set()
    )
    assert right, report


def test_where_less_is_better_the_lower_bound_counts(
    make_product: Callable[..., Product],
    plan: Callable[..., tuple[VersionTraffic, ...]],
    product: Product,
    fires: Fires,
) -> None:
    metric = product.metric.model_copy(update={"direction": "lower", "name": "brier", "live_threshold": 0.2})
    product = make_product(metric=metric.model_dump())
    traffic = plan(product, v1=[("abc", "127.0.0.1:8020", 100)])
    rules = prometheus_rules(products={product.name: product}, traffic=traffic)
    for bounds, expected in (("0.21x90", {"ModelMetricBreach page"}), ("0.19x90", set())):
        right, report = fires(rules, {**HEALTHY, HIGH: "0.25x90", LOW: bounds}, expected)
        assert right, report


def test_every_runbook_belongs_to_an_alert(rules: Rules, old: Rules) -> None:
    runbooks = {path.stem for path in (Path(__file__).parents[4] / "docs" / "runbooks").glob("*.md")}
    raised = {alert["alert"] for alert in [*alerts(rules), *alerts(old), always_fires()]}
    assert runbooks - {"README"} == raised


def test_on_one_machine_an_alert_always_fires(product: Product, live: tuple[VersionTraffic, ...], fires: Fires) -> None:
    rules = prometheus_rules(products={product.name: product}, traffic=live, watchdog=True)
    right, report = fires(rules, HEALTHY, {"Watchdog ticket"})
    assert right, report


@pytest.mark.parametrize("availability", [0.5, 0.9, 0.9999])
def test_a_total_outage_pages_whatever_the_objective(
    availability: float,
    make_product: Callable[..., Product],
    plan: Callable[..., tuple[VersionTraffic, ...]],
    fires: Fires,
) -> None:
    product = make_product(slo={"availability": availability, "latency_ms": 250})
    rules = prometheus_rules(
        products={product.name: product}, traffic=plan(product, v1=[("abc", "127.0.0.1:8020", 100)])
    )
    outage = {**HEALTHY, TOTAL: None, FAILED: "0+1000x90"}
    right, report = fires(rules, outage, {"AvailabilityBudgetBurn page", "AvailabilityBudgetBurn ticket"})
    assert right, report


def test_the_skew_of_a_canary_is_its_own(rules: Rules, fires: Fires) -> None:
    played = {**HEALTHY, CANARY_UP: "1x90", CANARY_SKEWED: "40x90", CANARY_RECOMPUTED: "40x90"}
    right, report = fires(rules, played, {"TrainingServingSkew def"}, by=("alertname", "release"))
    assert right, report


@pytest.mark.parametrize(
    "figures",
    [
        {ENOUGH: "1x90", HIGH: "0.5x90"},
        {JFK_ENOUGH: "1x90", JFK_HIGH: "0.5x90"},
        {COVERAGE: "0.2x90", DUE: "5000x90"},
        {DRIFT: "9x90"},
        {SCORE_DRIFT: "9x90"},
        {SKEWED: "40x90", RECOMPUTED: "40x90"},
    ],
)
def test_the_figures_of_a_release_that_was_taken_back_alert_nobody(
    figures: dict[str, str], rules: Rules, fires: Fires
) -> None:
    taken_back = {name.replace("abc", "def"): values for name, values in figures.items()}
    right, report = fires(rules, {**HEALTHY, **taken_back}, set())
    assert right, report


def test_the_quarantine_of_one_product_is_not_another_ones(rules: Rules, fires: Fires) -> None:
    other = QUARANTINE.replace("flight-delays", "house-prices")
    right, report = fires(rules, {**HEALTHY, other: "0.9x90"}, set())
    assert right, report
    right, report = fires(rules, {**HEALTHY, QUARANTINE: None, other: "0x90"}, {"MetricsMissing ticket"})
    assert right, report
