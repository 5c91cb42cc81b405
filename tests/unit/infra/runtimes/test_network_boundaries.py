"""Who reaches the pods of a stack over its network: nobody by an address that a machine or a pod may have."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from infra.checks.recording import Planned, record
from sixfold.stack import read
from tests.unit.infra.runtimes._reach import Pod, reaches

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module", params=["dev", "prod"])
def planned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Planned]:
    """A committed stack, from an account with nothing in it."""
    settings = read(ROOT / "stacks" / f"Pulumi.{request.param}.yaml")
    return record(request.param, settings, root=ROOT, home=tmp_path_factory.mktemp("home"))


def subnets(planned: list[Planned]) -> dict[str, IPv4Network]:
    """Return the addresses of each subnet by its id."""
    found = [each for each in planned if each.type == "sixfold:ec2:Subnet"]
    return {f"{each.urn.rsplit('::', 1)[-1]}-id": IPv4Network(each.inputs["cidr"]) for each in found}


def of_the_control_plane(planned: list[Planned]) -> set[str]:
    (cluster,) = (each for each in planned if each.type == "sixfold:eks:Cluster")
    return set(cluster.inputs["subnet_ids"])


def policies(planned: list[Planned]) -> list[Mapping[str, Any]]:
    return [each.inputs for each in planned if each.inputs.get("kind") == "NetworkPolicy"]


def callers_by_address(planned: list[Planned]) -> Iterator[IPv4Network]:
    """Yield the addresses that network policies let in, but those of consumers, who call a gateway's proxies."""
    for policy in policies(planned):
        for rule in policy["spec"].get("ingress", ()) if policy["metadata"]["name"] != "proxies" else ():
            yield from (IPv4Network(peer["ipBlock"]["cidr"]) for peer in rule["from"] if "ipBlock" in peer)


def test_a_network_policy_lets_in_by_address_the_control_plane_alone(planned: list[Planned]) -> None:
    known = subnets(planned)
    assert set(callers_by_address(planned)) == {known[name] for name in of_the_control_plane(planned)}


def test_no_machine_and_no_pod_has_an_address_that_a_network_policy_lets_in(planned: list[Planned]) -> None:
    groups = [each.inputs["subnet_ids"] for each in planned if each.type == "sixfold:eks:NodeGroup"]
    machines = [subnets(planned)[name] for names in groups for name in names]
    assert machines
    assert not [one for one in callers_by_address(planned) for other in machines if one.overlaps(other)]


def test_in_the_subnets_of_the_control_plane_stands_nothing_else(planned: list[Planned]) -> None:
    stands: list[Mapping[str, Any]] = [
        each.inputs for each in planned if each.type not in {"sixfold:eks:Cluster", "sixfold:ec2:Subnet"}
    ]
    used = {name for inputs in stands for name in (*inputs.get("subnet_ids", ()), inputs.get("subnet_id"))}
    assert used
    assert not used & of_the_control_plane(planned)


PORTS = (80, 443, 6443, 8080, 8081, 8082, 8085, 8443, 9443, 10080, 10250, 10443, 18000, 18001, 18002, 19000, 19001)
CONTROL_PLANE, PROXY = Pod("", "10.20.63.245"), {"app.kubernetes.io/component": "proxy"}
WEBHOOKS = {
    "envoy-gateway-system": {9443},
    "prometheus-operator": {10250},
    "prometheus-adapter": {6443},
    "kuberay-system": set(),
    "kueue-system": {9443, 8082},
    "cluster-autoscaler": set(),
    "nvidia-device-plugin": set(),
}
ATTACKERS = {
    "a pod of anybody": Pod("default", "10.20.1.7"),
    "a release": Pod("sixfold-dev-serving", "10.20.1.8", {"app.kubernetes.io/name": "release"}),
    "a training job": Pod("sixfold-dev-training", "10.20.1.9", {"app.kubernetes.io/name": "ray"}),
    "Prometheus": Pod("sixfold-dev-monitoring", "10.20.1.10", {"app.kubernetes.io/name": "prometheus"}),
    "another operator": Pod("kuberay-system", "10.20.1.11"),
    "a machine of the network": Pod("", "10.20.1.12"),
}


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> list[Planned]:
    return record("dev", read(ROOT / "stacks/Pulumi.dev.yaml"), root=ROOT, home=tmp_path_factory.mktemp("home"))


def answered(planned: list[Planned], source: Pod, namespace: str, labels: Mapping[str, str] = {}) -> set[int]:
    target = Pod(namespace, "10.20.2.2", labels)
    return {port for port in PORTS if reaches(policies(planned), source, target, port)}


@pytest.mark.parametrize("who", ATTACKERS)
def test_nobody_reaches_an_operator(dev: list[Planned], who: str) -> None:
    source = ATTACKERS[who]
    others = [namespace for namespace in WEBHOOKS if namespace != source.namespace]
    assert not {namespace: ports for namespace in others if (ports := answered(dev, source, namespace))}


def test_the_api_server_reaches_the_webhooks_and_apis_of_each_operator_and_no_more(dev: list[Planned]) -> None:
    assert {namespace: answered(dev, CONTROL_PLANE, namespace) for namespace in WEBHOOKS} == WEBHOOKS


def test_consumers_reach_the_listeners_of_a_proxy_and_not_its_administration(dev: list[Planned]) -> None:
    assert answered(dev, Pod("", "203.0.113.9"), "envoy-gateway-system", PROXY) == {10080, 10443}


def test_a_proxy_is_configured_by_its_operator_and_reaches_releases_and_portals_alone(dev: list[Planned]) -> None:
    proxy = Pod("envoy-gateway-system", "10.20.1.20", PROXY)
    assert answered(dev, proxy, "envoy-gateway-system", {"control-plane": "envoy-gateway"}) == {18000, 18001, 18002}
    for name in ("release", "portal"):
        assert answered(dev, proxy, "sixfold-dev-serving", {"app.kubernetes.io/name": name}) == {8080}
    assert answered(dev, proxy, "sixfold-dev-training", {"app.kubernetes.io/name": "ray"}) == set()
    assert not reaches(policies(dev), proxy, Pod("", "203.0.113.9"), 443)


def test_the_adapter_asks_prometheus_and_operators_the_api_server(dev: list[Planned]) -> None:
    prometheus = Pod("sixfold-dev-monitoring", "10.20.2.3", {"app.kubernetes.io/name": "prometheus"})
    assert reaches(policies(dev), Pod("prometheus-adapter", "10.20.1.21"), prometheus, 9090)
    for namespace in WEBHOOKS:
        assert reaches(policies(dev), Pod(namespace, "10.20.1.22"), Pod("", "172.20.0.1"), 443)
        outside = reaches(policies(dev), Pod(namespace, "10.20.1.22"), Pod("", "203.0.113.9"), 443)
        assert outside == (namespace == "cluster-autoscaler")  # which asks AWS


def test_every_namespace_of_a_stack_denies_what_no_policy_opens(planned: list[Planned]) -> None:
    rooms = {each.inputs["metadata"]["name"] for each in planned if each.inputs.get("kind") == "Namespace"}
    closed = {each["metadata"]["namespace"] for each in policies(planned) if each["metadata"]["name"] == "deny-all"}
    assert rooms == closed


def test_a_namespace_is_closed_before_an_operator_starts_in_it(dev: list[Planned]) -> None:
    for release in (each for each in dev if each.type == "kubernetes:helm.sh/v3:Release"):
        assert any(urn.endswith(f"{release.inputs['namespace']}/deny-all") for urn in release.after)


def test_on_a_cluster_that_exists_webhooks_answer_whoever_the_stack_file_does_not_exclude(manifests: Any) -> None:
    webhook, stranger = Pod("kueue-system", "10.1.2.3"), Pod("", "10.9.9.9")
    for cidrs, open_to_all in (((), True), (("10.1.0.0/28",), False)):
        found = [each for each in manifests({}, api_cidrs=cidrs) if each["kind"] == "NetworkPolicy"]
        assert reaches(found, stranger, webhook, 9443) == open_to_all
        assert reaches(found, Pod("", "10.1.0.3"), webhook, 9443)
        assert not reaches(found, stranger, webhook, 8443)
