"""Requests per second as a metric of pods: asked of Prometheus' own engine, in the words that the adapter fills in."""

import subprocess
from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry

from infra.plans.kubernetes.manifest import NAMESPACE, manifests_of
from infra.plans.kubernetes.monitoring import plan_monitoring
from infra.plans.kubernetes.requests import A_POD_TAKES, ADAPTER, METRIC, RULE, adapter
from infra.plans.kubernetes.serving import release_manifests
from infra.plans.routing.traffic import VersionTraffic
from serving.metrics import Identity, Metrics
from sixfold.contract import Product
from tests.unit.infra.plans.test_kubernetes_invariants import TARGET

WHERE = 'namespace="sixfold-dev-serving"'
OF_A = f'product="p",api_version="v1",release="a",pod="a",{WHERE}'
SERIES = {
    f'sixfold_requests_total{{{OF_A},consumer="x",code="200"}}': "0+600x10",
    f'sixfold_requests_total{{{OF_A},consumer="x",code="500"}}': "0+60x10",
    f'sixfold_shadow_requests_total{{{OF_A},code="200"}}': "0+300x10",
    f'sixfold_requests_total{{pod="b",{WHERE},consumer="x",code="200"}}': "0+120x10",
    f'sixfold_requests_total{{pod="c",{WHERE},consumer="x",code="200"}}': "0+9999x10",
}


def test_a_pod_s_requests_are_its_own_and_those_that_it_shadows(
    tool: Callable[[str], str], write: Callable[[str, Any], str]
) -> None:
    query = RULE["metricsQuery"].replace("<<.LabelMatchers>>", f'{WHERE},pod=~"a|b"').replace("<<.GroupBy>>", "pod")
    expected = [{"labels": '{pod="a"}', "value": 16}, {"labels": '{pod="b"}', "value": 2}]
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in SERIES.items()],
        "promql_expr_test": [{"expr": query, "eval_time": "10m", "exp_samples": expected}],
    }
    command = [tool("promtool"), "test", "rules", write("test.yml", {"rule_files": [], "tests": [test]})]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_adapter_looks_for_a_series_that_every_release_has_from_its_start() -> None:
    registry = CollectorRegistry()
    Metrics(Identity("p", "v1", "a"), ["x"], 250, registry)
    series = {sample.name for family in registry.collect() for sample in family.samples}
    assert RULE["seriesQuery"].partition("{")[0] in series


def test_an_autoscaler_looks_at_requests_and_then_at_the_processor(live: tuple[VersionTraffic, ...]) -> None:
    (upstream,) = live[0].upstreams
    found = release_manifests(live[0], upstream, namespace="n", image="runner")
    (scaler,) = (each for each in found if each["kind"] == "HorizontalPodAutoscaler")
    requests, processor = scaler["spec"]["metrics"]
    assert requests["pods"]["metric"]["name"] == METRIC == RULE["name"]["as"]
    assert requests["pods"]["target"] == {"type": "AverageValue", "averageValue": str(A_POD_TAKES)}
    assert processor["resource"]["name"] == "cpu"


def test_the_adapter_may_ask_the_prometheus_that_it_is_told_of(product: Product) -> None:
    found = plan_monitoring(
        TARGET, products={product.name: product}, rules={}, routing="", image=None, environment={}, edge=""
    )
    policies = {
        each["metadata"]["name"]: each["spec"] for each in manifests_of(found) if each["kind"] == "NetworkPolicy"
    }
    (rule,) = policies["prometheus"]["ingress"]
    assert {"namespaceSelector": {"matchLabels": {NAMESPACE: ADAPTER}}} in rule["from"]
    assert rule["ports"] == [{"protocol": "TCP", "port": adapter(TARGET.monitoring).values["prometheus"]["port"]}]
