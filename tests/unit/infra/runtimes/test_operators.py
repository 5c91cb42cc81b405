"""Whether each custom resource comes after the operator that brings its kind."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from infra.checks.recording import Planned, record
from infra.plans.kubernetes.operators import OPERATORS
from sixfold.stack import parse, read

ROOT = Path(__file__).parents[4]
RUNNER = f"sha256:{'0' * 64}"
PINS = {"flight-delays": {"v1": {"releases": [{"release": "a" * 64}]}}}
RELEASES = {group: each.release for each in OPERATORS for group in each.groups}


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> list[Planned]:
    """The dev stack with a release, from an account with nothing in it."""
    data = read(ROOT / "stacks" / "Pulumi.dev.yaml").model_dump(mode="json", exclude_none=True)
    data["cluster"]["runner"], data["products"] = RUNNER, PINS
    return record("dev", parse(data, "test"), root=ROOT, home=tmp_path_factory.mktemp("home"))


def group(resource: Planned) -> str:
    """Return the API group of a manifest, or nothing."""
    return str(resource.inputs.get("apiVersion", "")).rpartition("/")[0]


def too_early(planned: list[Planned]) -> set[str]:
    """Return the kinds of custom resources that do not wait for the operator of their group."""
    known = {each.urn: each for each in planned}
    found = [each for each in planned if each.inputs.get("kind") and group(each) in RELEASES]
    return {
        each.inputs["kind"]
        for each in found
        if not any(urn.endswith(f"Release::{RELEASES[group(each)]}") for urn in before(each.urn, known))
    }


def before(urn: str, known: Mapping[str, Planned]) -> set[str]:
    """Return everything that comes before a resource."""
    seen: set[str] = set()
    new = {urn}
    while new:
        seen |= new
        new = {each for one in new if one in known for each in known[one].after} - seen
    return seen


def test_every_custom_resource_waits_for_the_operator_that_brings_its_kind(dev: list[Planned]) -> None:
    assert {group(each) for each in dev} >= RELEASES.keys()
    assert too_early(dev) == set()


def test_a_custom_resource_that_waits_for_nothing_is_found(dev: list[Planned]) -> None:
    broken = [replace(each, after=frozenset()) if each.inputs.get("kind") == "RayCluster" else each for each in dev]
    assert too_early(broken) == {"RayCluster"}


def test_every_kind_is_kubernetes_own_or_an_operators(dev: list[Planned]) -> None:
    dotted = {group(each) for each in dev if "." in group(each)}
    own = {f"{group}.k8s.io" for group in ("admissionregistration", "networking", "rbac.authorization")}
    assert dotted - RELEASES.keys() == own


def test_operators_wait_for_the_cluster_that_they_are_installed_on(dev: list[Planned]) -> None:
    known = {each.urn: each for each in dev}
    for release in (each for each in dev if each.type == "kubernetes:helm.sh/v3:Release"):
        assert any("NodeGroup" in urn for urn in before(release.urn, known))


def test_the_autoscaler_waits_for_its_rights(dev: list[Planned]) -> None:
    known = {each.urn: each for each in dev}
    (release,) = (each for each in dev if each.inputs.get("chart") == "cluster-autoscaler")
    (identity,) = (each for each in dev if each.inputs.get("service_account") == "cluster-autoscaler")
    assert identity.urn in before(release.urn, known)
    assert identity.inputs["namespace"] == release.inputs["namespace"]
    assert release.inputs["values"]["autoDiscovery"]["clusterName"] == "sixfold-dev"


def test_only_what_talks_to_the_kubelet_is_let_out_of_the_restricted_standard(dev: list[Planned]) -> None:
    rooms = [each.inputs["metadata"] for each in dev if each.inputs.get("kind") == "Namespace"]
    standards = {each["name"]: each["labels"]["pod-security.kubernetes.io/enforce"] for each in rooms}
    assert {name for name, standard in standards.items() if standard != "restricted"} == {"nvidia-device-plugin"}


def test_what_a_cluster_has_already_is_not_installed(tmp_path: Path) -> None:
    cluster = {"host": "ml.example.com", "insecure": True, "context": "theirs", "present": ["gateway", "ray"]}
    settings = parse({"runtime": "kubernetes", "region": "eu-west-1", "cluster": cluster}, "test")
    planned = record("dev", settings, root=ROOT, home=tmp_path)
    charts = {each.inputs["name"] for each in planned if each.type == "kubernetes:helm.sh/v3:Release"}
    assert charts == {"prometheus-operator", "kueue", "prometheus-adapter"}
