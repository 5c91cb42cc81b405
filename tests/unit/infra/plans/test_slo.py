"""Burn rates against the table of the Google SRE workbook, chapter 5, by which their numbers are chosen."""

import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from infra.plans.monitoring.slo import (
    BURNS,
    WINDOWS,
    Indicator,
    availability,
    latency,
    recorded_shares,
    slo_rules,
    within_objective,
)
from sixfold.contract import Product

HOURS = {"m": 1 / 60, "h": 1, "d": 24}
MONTH = 30 * 24
WORKBOOK = {("page", "1h"): 0.02, ("page", "6h"): 0.05, ("ticket", "1d"): 0.10, ("ticket", "3d"): 0.10}
"""The share of 30 days' budget that is spent within the long window: table 5-8, and "10% in one day" beside it."""


def _hours(window: str) -> float:
    return int(window[:-1]) * HOURS[window[-1]]


def test_a_burn_rate_spends_the_workbooks_share_of_a_month_within_its_window() -> None:
    spent = {
        (severity, burn.long): burn.factor * _hours(burn.long) / MONTH for severity in BURNS for burn in BURNS[severity]
    }
    assert spent == pytest.approx(WORKBOOK)


def test_the_short_window_is_a_twelfth_of_the_long_one() -> None:
    for burn in (burn for burns in BURNS.values() for burn in burns):
        assert _hours(burn.short) == pytest.approx(_hours(burn.long) / 12)


def test_every_window_of_an_alert_is_recorded_and_no_other(product: Product) -> None:
    used = {window for burns in BURNS.values() for burn in burns for window in (burn.long, burn.short)}
    assert set(WINDOWS) == used
    recorded = {rule["record"]: rule["expr"] for rule in recorded_shares(product)}
    assert len(recorded) == 2 * len(WINDOWS)
    for name, expr in recorded.items():
        window = name.split("ratio_rate")[1]
        assert set(re.findall(r"\[(\w+)\]", expr)) == {window}


@pytest.mark.parametrize("of", [availability, latency])
def test_an_alert_counts_the_bad_requests_of_its_long_window_and_takes_ten(
    of: Callable[[Product], Indicator], product: Product
) -> None:
    for severity, burns in BURNS.items():
        counted = re.findall(r"\[(\w+)\]\)\)+ \* (\d+) >= (\d+)", of(product).burning(severity))
        assert counted == [(burn.long, str(round(_hours(burn.long) * 3600)), "10") for burn in burns]


@pytest.mark.parametrize(("objective", "limits"), [(0.999, ["0.0144", "0.006"]), (0.9, ["0.99", "0.6"])])
def test_an_alert_needs_both_windows_beyond_the_factor_and_no_more_than_a_sure_outage(
    objective: float, limits: list[str], make_product: Callable[..., Product]
) -> None:
    product = make_product(slo={"availability": objective, "latency_ms": 250})
    fast, slow = availability(product).burning("page").split(" or (product_version")
    for expr, limit, windows in ((fast, limits[0], ("1h", "5m")), (slow, limits[1], ("6h", "30m"))):
        assert re.findall(r"ratio_rate(\w+)\{[^}]*\} (>|>=) ([\d.]+) and", expr) == [(w, ">", limit) for w in windows]


def test_the_objectives_become_the_budgets(make_product: Callable[..., Product]) -> None:
    product = make_product(slo={"availability": 0.995, "latency_ms": 250, "latency_quantile": 0.95})
    assert (availability(product).budget, latency(product).budget) == pytest.approx((0.005, 0.05))
    assert 'le="0.25"' in latency(product).bad
    assert [(rule["alert"], rule["labels"]["severity"]) for rule in slo_rules(product)] == [
        (f"{name}BudgetBurn", severity) for name in ("Availability", "Latency") for severity in ("page", "ticket")
    ]


def test_recorded_shares_are_named_by_level_metric_and_operation(product: Product) -> None:
    first, *_, last = recorded_shares(product)
    assert first["record"] == "product_version:sixfold_requests_failed:ratio_rate5m"
    assert last["record"] == "product_version:sixfold_requests_slow:ratio_rate3d"
    assert first.keys() == {"record", "expr", "labels"}
    assert first["labels"] == {"product": "flight-delays"}


@pytest.mark.parametrize("of", [availability, latency])
def test_an_alert_reads_series_of_its_product_alone_and_those_that_are_recorded(
    of: Callable[[Product], Indicator], product: Product
) -> None:
    recorded = {rule["record"] for rule in recorded_shares(product)}
    for severity in BURNS:
        expr = of(product).burning(severity)
        assert set(re.findall(r"product_version:[a-z0-9_:]+", expr)) <= recorded
        selectors = re.findall(r"\{([^}]*)\}", expr)
        assert all(each.split(",")[0] == 'product="flight-delays"' for each in selectors)
        assert re.fullmatch(r"\(product_version.* >= 10\) or \(product_version.* >= 10\)", expr)
    bucket = 'sixfold_request_seconds_bucket{product="flight-delays",le="0.25"}'
    assert within_objective(product) == bucket


@pytest.mark.parametrize(
    ("good", "bad", "shares"),
    [("0+27x90", "0+3x90", [0.1]), ("0+30x90", "0x90", [0]), ("30x90", "3x90", [])],  # the last: nobody calls
)
def test_the_recorded_share_is_that_of_answers_with_5xx_and_there_is_none_without_traffic(
    good: str,
    bad: str,
    shares: list[float],
    product: Product,
    tool: Callable[[str], str],
    write: Callable[[str, Any], str],
) -> None:
    series = 'sixfold_requests_total{product="flight-delays",api_version="v1",code="%s"}'
    name = "product_version:sixfold_requests_failed:ratio_rate1h"
    labels = f'{name}{{product="flight-delays",api_version="v1"}}'
    test = {
        "interval": "1m",
        "input_series": [{"series": series % code, "values": values} for code, values in (("200", good), ("503", bad))],
        "promql_expr_test": [
            {"expr": name, "eval_time": "90m", "exp_samples": [{"labels": labels, "value": share} for share in shares]}
        ],
    }
    rules = {"groups": [{"name": "shares", "rules": recorded_shares(product)}]}
    file = write("test.yml", {"rule_files": [write("rules.yml", rules)], "evaluation_interval": "1m", "tests": [test]})
    done = subprocess.run([tool("promtool"), "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
