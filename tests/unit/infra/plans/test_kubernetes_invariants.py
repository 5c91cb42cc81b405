"""Invariants of every stack on Kubernetes, whatever its products and releases."""

from collections.abc import Mapping
from typing import Any

import kubernetes_validate
from hypothesis import given, settings

from infra.plans.kubernetes.manifest import manifests_of
from infra.plans.kubernetes.stack import plan_serving
from infra.plans.kubernetes.target import KubernetesTarget
from tests.unit.infra.plans._estates import Estate, estates, many

Manifest = Mapping[str, Any]
TARGET = KubernetesTarget("dev", "sixfold-dev-serving", "sixfold-dev-monitoring", "gateways", "ml.example.com", None)
few = settings(many, max_examples=6)  # drawing an estate is most of the work
BUILTIN = ("v1", "apps/v1", "autoscaling/v2", "networking.k8s.io/v1", "policy/v1", "rbac.authorization.k8s.io/v1")


def declared(estate: Estate) -> tuple[Manifest, ...]:
    _, traffic = estate
    return manifests_of(plan_serving(TARGET, traffic, image="runner@sha256:0", portal="<p>", environment={}))


def labels_of(manifest: Manifest) -> Mapping[str, str]:
    found: Mapping[str, str] = manifest["spec"]["template"]["metadata"]["labels"]
    return found


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


@few
@given(estates())
def test_each_pod_is_denied_everything_and_then_allowed_by_exactly_one_policy(estate: Estate) -> None:
    found = declared(estate)
    policies = [each for each in found if each["kind"] == "NetworkPolicy"]
    for pod in (each for each in found if each["kind"] == "Deployment"):
        here = [each for each in policies if each["metadata"]["namespace"] == pod["metadata"]["namespace"]]
        mine = [each["metadata"]["name"] for each in here if selects(each["spec"]["podSelector"], labels_of(pod))]
        assert len(mine) == 2, mine
        assert "deny-all" in mine


@few
@given(estates())
def test_weights_add_up_and_no_two_routes_have_the_same_path(estate: Estate) -> None:
    found = declared(estate)
    rules = [rule for each in found if each["kind"] == "HTTPRoute" for rule in each["spec"]["rules"]]
    paths = [(match.get("method"), match["path"]["value"]) for rule in rules for match in rule["matches"]]
    assert len(paths) == len(set(paths))
    services = {each["metadata"]["name"] for each in found if each["kind"] == "Service"}
    for rule in rules:
        assert sum(backend["weight"] for backend in rule["backendRefs"]) in {1, 100}
        assert {backend["name"] for backend in rule["backendRefs"]} <= services


@few
@given(estates())
def test_each_autoscaler_budget_and_service_finds_the_pods_of_one_deployment(estate: Estate) -> None:
    found = declared(estate)
    deployments = {each["metadata"]["name"]: labels_of(each) for each in found if each["kind"] == "Deployment"}
    for each in found:
        name, spec = each["metadata"]["name"], each.get("spec", {})
        if each["kind"] == "HorizontalPodAutoscaler":
            assert spec["scaleTargetRef"]["name"] in deployments
        if each["kind"] in {"Service", "PodDisruptionBudget"}:
            wanted = spec["selector"].get("matchLabels", spec["selector"])
            assert [who for who, labels in deployments.items() if wanted.items() <= labels.items()] == [name]


@few
@given(estates())
def test_names_are_within_kubernetes_limits_and_unique(estate: Estate) -> None:
    found = declared(estate)
    names = [(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in found]
    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for _, _, name in names)
    values = [value for each in found if each["kind"] == "Deployment" for value in labels_of(each).values()]
    assert all(len(value) <= 63 for value in values)


@settings(many, max_examples=2)
@given(estates())
def test_every_manifest_keeps_its_schema(estate: Estate) -> None:
    for each in declared(estate):
        if each["apiVersion"] in BUILTIN:
            kubernetes_validate.validate(each, "1.34", strict=True)
