"""Bounds of pods that are easily drawn too narrow: gossip over UDP, a machine's resolver, a request without limit."""

from infra.plans.kubernetes import network_policy
from infra.plans.kubernetes.monitoring import plan_monitoring
from infra.plans.kubernetes.quota import Capacity, quota
from infra.plans.kubernetes.target import KubernetesTarget
from sixfold.contract import Product

TARGET = KubernetesTarget("dev", "sixfold-dev-serving", "sixfold-dev-monitoring", "gateways", "ml.example.com", None)


def test_a_pod_that_requests_memory_and_names_no_limit_gets_none() -> None:
    (default,) = quota("n", Capacity(4, 16))[1]["spec"]["limits"]
    assert default["defaultRequest"]["memory"]
    assert "default" not in default


def test_names_are_asked_of_the_cluster_and_of_a_resolver_on_the_machine() -> None:
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in network_policy.egress_dns()["to"]


def test_alertmanagers_gossip_over_both_protocols(product: Product) -> None:
    phases = plan_monitoring(TARGET, products={product.name: product}, rules={}, routing="", image="i", environment={})
    every = [each for phase in phases for each in phase.manifests]
    policies = {each["metadata"]["name"]: each["spec"] for each in every if each["kind"] == "NetworkPolicy"}
    opened = [
        (port["protocol"], port["port"]) for edge in policies["alertmanager"]["ingress"] for port in edge["ports"]
    ]
    assert {("TCP", 9094), ("UDP", 9094)} <= set(opened)
