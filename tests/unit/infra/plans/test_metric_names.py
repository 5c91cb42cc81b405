"""Producers and consumers of a metric spell it alike: both take its name from one module."""

import json
import re
from typing import Any

from infra.plans.kubernetes.requests import RULE
from infra.plans.monitoring.dashboards import product_dashboard
from infra.plans.monitoring.rules import prometheus_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold import metric_names
from sixfold.contract import Product

NAMES = {value for name, value in vars(metric_names).items() if name.isupper()}


def read_by(document: dict[str, Any]) -> set[str]:
    """Return the metrics of ours in a document; a recorded series, such as `product_version:sixfold_x`, is none."""
    return set(re.findall(r"(?<![:\w])sixfold_[a-z_]+[a-z]", json.dumps(document)))


def test_every_metric_of_a_rule_is_one_that_has_a_name(product: Product, live: tuple[VersionTraffic, ...]) -> None:
    found = read_by(prometheus_rules(products={product.name: product}, traffic=live))
    assert len(found) > 10
    assert found <= NAMES


def test_every_metric_of_a_dashboard_is_one_that_has_a_name(product: Product) -> None:
    found = read_by(product_dashboard(product=product))
    assert len(found) > 10
    assert found <= NAMES


def test_the_autoscalers_read_the_requests_of_a_release() -> None:
    assert RULE["seriesQuery"].startswith(metric_names.REQUESTS)
    assert metric_names.ALL_REQUESTS in RULE["metricsQuery"]
    for name in (metric_names.REQUESTS, metric_names.SHADOW_REQUESTS):
        assert re.fullmatch(metric_names.ALL_REQUESTS, name)
