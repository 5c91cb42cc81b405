"""The portal as a pod: who reaches it, what it reaches, and who may look."""

from typing import Any

import pytest

from infra.plans.kubernetes.monitoring import plan_monitoring
from infra.plans.kubernetes.people import people_manifests
from infra.plans.kubernetes.portal import PORTAL
from infra.plans.kubernetes.target import KubernetesTarget
from sixfold.contract import Product
from sixfold.roles import Role

API = "10.0.0.0/16"
TARGET = KubernetesTarget("dev", "serving", "monitoring", "gateways", "ml.example.com", None, (API,))
Manifests = dict[str, dict[str, Any]]


@pytest.fixture
def manifests(product: Product) -> Manifests:
    """The manifests of the monitoring, by kind and name."""
    phases = plan_monitoring(
        TARGET,
        products={product.name: product},
        rules={},
        routing="",
        image="i",
        environment={"SIXFOLD_PLATFORM": "{}"},
        edge="https://ml.example.com",
    )
    return {f"{m['kind']} {m['metadata']['name']}": m for phase in phases for m in phase.manifests}


def test_only_the_api_server_and_prometheus_call_the_portal(manifests: Manifests) -> None:
    (rule,) = manifests[f"NetworkPolicy {PORTAL}"]["spec"]["ingress"]
    assert {"ipBlock": {"cidr": API}} in rule["from"]
    assert len(rule["from"]) == 2
    assert not {"serving", "gateways"} & set(str(rule).replace("'", " ").split())


def test_the_portal_may_ask_prometheus_and_prometheus_answers_it(manifests: Manifests) -> None:
    egress = manifests[f"NetworkPolicy {PORTAL}"]["spec"]["egress"]
    assert 9090 in {port["port"] for edge in egress for port in edge["ports"]}
    (rule,) = manifests["NetworkPolicy prometheus"]["spec"]["ingress"]
    assert PORTAL in str(rule["from"])


def test_the_portal_knows_products_edge_and_prometheus_and_is_scraped(manifests: Manifests, product: Product) -> None:
    (container,) = manifests[f"Deployment {PORTAL}"]["spec"]["template"]["spec"]["containers"]
    env = {each["name"]: each["value"] for each in container["env"]}
    assert env["SIXFOLD_PRODUCTS"] == product.name
    assert env["SIXFOLD_EDGE"] == "https://ml.example.com"
    assert env["SIXFOLD_PROMETHEUS"] == "http://prometheus-operated.monitoring:9090"
    assert f"ServiceMonitor {PORTAL}" in manifests


def test_who_may_see_the_monitoring_may_see_the_portal_and_nobody_else() -> None:
    roles = {
        name: Role.model_validate({"cluster": cluster})
        for name, cluster in (("on-call", {"monitoring": "view"}), ("trainer", {"training": "edit"}))
    }
    granted = [each for each in people_manifests("dev", roles) if each["metadata"]["name"].endswith("-portal")]
    assert {each["metadata"]["name"] for each in granted} == {"on-call-portal"}
    (rule,) = granted[0]["rules"]
    assert (rule["resourceNames"], rule["verbs"]) == ([f"{PORTAL}:http"], ["get"])
