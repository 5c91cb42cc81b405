"""Prometheus itself: the configuration is accepted, and the dashboard's queries find data."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server

from infra.plans.monitoring.dashboards import expressions, product_dashboard
from infra.plans.monitoring.prometheus import Target, prometheus_config
from infra.plans.monitoring.rules import prometheus_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product
from sixfold.errors import SixfoldError

RELEASE = Target(
    job="release", address="127.0.0.1:8020", labels={"product": "flight-delays", "api_version": "v1", "release": "abc"}
)
LOGIN = {"username": "sixfold", "password": "p"}
EDGE = Target(job="edge", address="127.0.0.1:8001", path="/admin/metrics")


def test_promtool_accepts_the_configuration(
    product: Product, live: tuple[VersionTraffic, ...], tool: Callable[[str], str], write: Callable[[str, Any], str]
) -> None:
    rules = write("rules.yml", prometheus_rules(products={product.name: product}, traffic=live))
    alerting = {"static_configs": [{"targets": ["127.0.0.1:9093"]}], "basic_auth": LOGIN}
    targets = [RELEASE, EDGE.model_copy(update={"login": LOGIN})]
    config = prometheus_config(stack="local", targets=targets, rule_file=rules, alertmanager=alerting)
    command = [tool("promtool"), "check", "config", write("prometheus.yml", config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_target_keeps_its_own_path_and_labels() -> None:
    config = prometheus_config(stack="local", targets=[RELEASE, EDGE], rule_file="rules.yml")
    assert [job["static_configs"] for job in config["scrape_configs"]] == [
        [{"targets": ["127.0.0.1:8001"], "labels": {"__metrics_path__": "/admin/metrics"}}],
        [{"targets": ["127.0.0.1:8020"], "labels": {**RELEASE.labels, "__metrics_path__": "/metrics"}}],
    ]


def test_the_same_target_twice_is_refused() -> None:
    with pytest.raises(SixfoldError, match=r"'edge' has the target 127.0.0.1:8001/admin/metrics twice"):
        prometheus_config(stack="local", targets=[EDGE, EDGE], rule_file="rules.yml")


@pytest.fixture
def prometheus(
    product: Product,
    live: tuple[VersionTraffic, ...],
    free_port: Callable[[], int],
    tool: Callable[[str], str],
    write: Callable[[str, Any], str],
    tmp_path: Path,
) -> Iterator[str]:
    """A Prometheus that scrapes a process which exports what a release and the lake exporter do."""
    exporter, thread = start_http_server(0, addr="127.0.0.1", registry=_exported(product))
    target = RELEASE.model_copy(update={"address": f"127.0.0.1:{exporter.server_port}"})
    rules = write("rules.yml", prometheus_rules(products={product.name: product}, traffic=live))
    config = prometheus_config(stack="local", targets=[target], rule_file=rules, interval_s=1)
    where = f"127.0.0.1:{free_port()}"
    command = [
        tool("prometheus"),
        f"--config.file={write('prometheus.yml', config)}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={where}",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield f"http://{where}"
        process.kill()
    exporter.shutdown()
    exporter.server_close()
    thread.join()


def test_every_query_of_the_dashboard_returns_data(product: Product, prometheus: str) -> None:
    asked = set(expressions(product_dashboard(product=product)))
    deadline = time.monotonic() + 60
    while asked and time.monotonic() < deadline:
        time.sleep(1)
        asked = {expr for expr in asked if not _answer(prometheus, expr)}
    assert not asked


def _answer(url: str, expr: str) -> list[Any]:
    try:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": expr}).json()
    except httpx.TransportError:
        return []  # it is still starting
    assert answer["status"] == "success" or answer["errorType"] == "unavailable", answer
    result: list[Any] = answer.get("data", {}).get("result", [])
    return result


def _exported(product: Product) -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    names, values = ("product", "api_version", "release"), (product.name, "v1", "abc")
    requests = Counter("sixfold_requests", "-", (*names, "consumer", "code"), registry=registry)
    requests.labels(*values, "rebooking", "200").inc()
    for name, label in (("predictions", ()), ("fallback", ("reason",))):
        Counter(f"sixfold_{name}", "-", (*names, *label), registry=registry).labels(*values, *label).inc()
    for name in ("metric", "metric_low", "metric_high", "label_coverage"):
        where = {"product": product.name, "shadow": "false", "slice": ""}
        Gauge(f"sixfold_live_{name}", "-", tuple(where), registry=registry).labels(**where).set(0.7)
    for name, rows in (("differing_rows", 0), ("rows", 9)):
        Gauge(f"sixfold_skew_{name}", "-", names, registry=registry).labels(*values).set(rows)
    Gauge("sixfold_drift_psi", "-", ("product",), registry=registry).labels(product.name).set(0.1)
    seconds = Histogram("sixfold_request_seconds", "-", names, buckets=(0.1, 0.25), registry=registry).labels(*values)
    Gauge("sixfold_feature_freshness_seconds", "-", ("product",), registry=registry).labels(product.name).set(60)
    quarantine = Gauge("sixfold_quarantine_rate", "-", ("product", "table"), registry=registry).labels(
        product.name, "flights"
    )
    quarantine.set_function(lambda: (seconds.observe(0.1), requests.labels(*values, "rebooking", "200").inc(), 0.0)[2])
    return registry
