"""Two products in one Prometheus: whatever happens to one of them, nobody but its own team hears of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from infra.plans.monitoring.rules import prometheus_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product
from tests.unit.infra.plans.test_rules import CASES, EDGE, HEALTHY, Fires, Rules, fires

__all__ = ["fires"]

OTHER = "house-prices"
# One case for each set of alerts; those of the platform are nobody's product.
OF_THE_PLATFORM = {"PlatformTargetDown page", "LakeEmpty page", "DiskFillsUp page"}
TRIED = {frozenset(expected): case for case, (_, expected) in CASES.items() if not OF_THE_PLATFORM & set(expected)}


@pytest.fixture
def rules(make_product: Callable[..., Product], plan: Callable[..., tuple[VersionTraffic, ...]]) -> Rules:
    """The rules of two products, of two teams."""
    both = [make_product(), make_product(name=OTHER, owner="homes")]
    traffic = [version for product in both for version in plan(product, v1=[("abc", "127.0.0.1:8020", 100)])]
    return prometheus_rules(products={product.name: product for product in both}, traffic=tuple(traffic))


def of_the_other(series: dict[str, str | None]) -> dict[str, str | None]:
    """Return the same series, of the other product."""
    return {name.replace("flight-delays", OTHER): values for name, values in series.items() if name != EDGE}


@pytest.mark.parametrize("case", sorted(TRIED.values()))
def test_what_happens_to_one_product_alerts_its_team_alone(case: str, rules: Rules, fires: Fires) -> None:
    changed, expected = CASES[case]
    edge = {EDGE: HEALTHY[EDGE]}
    played = {**HEALTHY, **of_the_other(HEALTHY), **changed, **edge}
    teams = {f"{alert.split()[0]} arrivals" for alert in expected}
    right, report = fires(rules, played, teams, by=("alertname", "team"))
    assert right, report


def test_the_other_product_without_any_series_is_missed_beside_one_that_has_all(rules: Rules, fires: Fires) -> None:
    right, report = fires(rules, dict(HEALTHY), {f"MetricsMissing {OTHER}"}, by=("alertname", "product"))
    assert right, report


def test_every_selector_of_a_products_rule_names_the_product(rules: Rules) -> None:
    for group in rules["groups"]:
        name = group["name"].removesuffix("-slo").removesuffix("-alerts")
        for rule in group["rules"] if name != "platform" else ():
            assert [each for each in selectors(rule) if f'product="{name}"' not in each] == [], rule


def selectors(rule: dict[str, Any]) -> list[str]:
    """Return the series that an expression reads, each with its labels."""
    expr = re.sub(r'"(?:[^"\\]|\\.)*"', lambda text: text[0].replace("{", "(").replace("}", ")"), rule["expr"])
    found = re.findall(r"\b(?:up|sixfold_\w+|product_version:[a-z0-9_:]+)(?:\{[^}]*\})?", expr)
    assert found, rule
    return list(found)
