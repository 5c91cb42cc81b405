"""Bounds of pods that are easily drawn too narrow: gossip over UDP, a machine's resolver, a request without limit."""

from collections.abc import Iterator
from typing import Any

from infra.plans.kubernetes import network_policy
from infra.plans.kubernetes.monitoring import plan_monitoring
from infra.plans.kubernetes.quota import Capacity, quota
from infra.plans.kubernetes.stack import plan_serving
from infra.plans.kubernetes.target import KubernetesTarget
from infra.plans.kubernetes.training import plan_training
from infra.plans.routing.traffic import VersionTraffic
from sixfold.cluster import Team
from sixfold.contract import Product

TARGET = KubernetesTarget("dev", "sixfold-dev-serving", "sixfold-dev-monitoring", "gateways", "ml.example.com", None)


def test_a_pod_that_requests_memory_and_names_no_limit_gets_none() -> None:
    (default,) = quota("n", Capacity(4, 16))[1]["spec"]["limits"]
    assert default["defaultRequest"]["memory"]
    assert "default" not in default


def test_names_are_asked_of_the_cluster_and_of_a_resolver_on_the_machine() -> None:
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in network_policy.egress_dns()["to"]


def test_alertmanagers_gossip_over_both_protocols(product: Product) -> None:
    phases = plan_monitoring(
        TARGET, products={product.name: product}, rules={}, routing="", image="i", environment={}, edge=""
    )
    every = [each for phase in phases for each in phase.manifests]
    policies = {each["metadata"]["name"]: each["spec"] for each in every if each["kind"] == "NetworkPolicy"}
    opened = [
        (port["protocol"], port["port"]) for edge in policies["alertmanager"]["ingress"] for port in edge["ports"]
    ]
    assert {("TCP", 9094), ("UDP", 9094)} <= set(opened)


def templates(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every pod's template in some manifests."""
    if isinstance(part, dict):
        if "containers" in (part.get("spec") or {}):
            yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for inner in part:
            yield from templates(inner)


def test_a_changed_setting_makes_another_template_of_each_pod_that_reads_it(
    product: Product, live: tuple[VersionTraffic, ...]
) -> None:
    def plan(environment: dict[str, str]) -> list[dict[str, Any]]:
        share = Team(cpu=1, memory_gib=1, gpus=0)
        phases = (
            *plan_serving(TARGET, live, image="i", portal="", environment=environment),
            *plan_monitoring(
                TARGET,
                products={product.name: product},
                rules={},
                routing="",
                image="i",
                environment=environment,
                edge="",
            ),
            *plan_training("dev", where="n", teams=("a",), share=share, image="i", environment=environment),
        )
        return list(templates([phase.manifests for phase in phases]))

    old, new = plan({"SIXFOLD_PLATFORM": "{}"}), plan({"SIXFOLD_PLATFORM": '{"region": "eu-west-1"}'})
    reads = ["configMapRef" in str(template) for template in old]
    assert sum(reads) == 6  # a release, the exporter, the evaluation, the portal, and Ray's head and workers
    assert [was != now for was, now in zip(old, new, strict=True)] == reads
