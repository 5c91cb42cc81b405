"""The label loop on Kubernetes, as it is declared: who scores, who evaluates, and who may ask for the figures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.checks.recording import record
from infra.plans.monitoring.scraping import OF_A_RELEASE_ONLY
from sixfold.stack import read

ROOT = Path(__file__).parents[4]
Manifest = Mapping[str, Any]
A, B = "a" * 64, "b" * 64
SERVING, MONITORING = ({"kubernetes.io/metadata.name": f"sixfold-dev-{area}"} for area in ("serving", "monitoring"))


@pytest.fixture(scope="module")
def shadowed(manifests: Callable[..., list[Manifest]]) -> list[Manifest]:
    """A release that answers, and one that only scores."""
    pins = [{"release": A, "weight": 100}, {"release": B, "weight": 0}]
    return manifests({"flight-delays": {"v1": {"releases": pins}}})


def one(kind: str, name: str, found: list[Manifest]) -> Manifest:
    (only,) = (each for each in found if each["kind"] == kind and each["metadata"]["name"] == name)
    return only


def container(deployment: Manifest) -> Mapping[str, Any]:
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    found: Mapping[str, Any] = only
    return found


def mirrored(found: list[Manifest]) -> list[str]:
    rule = one("HTTPRoute", "flight-delays-v1", found)["spec"]["rules"][0]
    (change,) = (each["requestHeaderModifier"] for each in rule["filters"] if "requestHeaderModifier" in each)
    assert change["remove"] == ["X-Shadow", "X-Replay-Time"]
    (said,) = change["set"]
    assert said["name"] == "X-Mirror-To"
    return str(said["value"]).split(",")


def test_who_answers_is_told_who_scores_and_knows_which_of_them_it_is(shadowed: list[Manifest]) -> None:
    known = {}
    for release in (A, B):
        name = f"flight-delays-v1-{release[:12]}"
        env = {each["name"]: each["value"] for each in container(one("Deployment", name, shadowed))["env"]}
        known[name] = env["SIXFOLD_ADDRESS"]
        assert env["SIXFOLD_ADDRESS"] == f"{name}.sixfold-dev-serving:8080"
        assert one("Service", name, shadowed)["spec"]["ports"][0]["port"] == 8080
    assert sorted(mirrored(shadowed)) == sorted(known.values())


def test_releases_may_ask_each_other_to_score(shadowed: list[Manifest]) -> None:
    spec = one("NetworkPolicy", "release", shadowed)["spec"]
    releases = {
        "namespaceSelector": {"matchLabels": SERVING},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "release"}},
    }
    assert releases in spec["ingress"][0]["from"]
    assert {"to": [releases], "ports": [{"protocol": "TCP", "port": 8080}]} in spec["egress"]


def test_the_evaluation_is_one_pod_and_never_two(shadowed: list[Manifest]) -> None:
    spec = one("Deployment", "evaluation", shadowed)["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_the_evaluation_knows_the_platform_and_writes_into_volumes_of_its_own(shadowed: list[Manifest]) -> None:
    pod = one("Deployment", "evaluation", shadowed)["spec"]["template"]["spec"]
    runs = container(one("Deployment", "evaluation", shadowed))
    assert runs["envFrom"] == [{"configMapRef": {"name": "platform"}}]
    here = [each for each in shadowed if each["metadata"].get("namespace") == "sixfold-dev-monitoring"]
    assert "SIXFOLD_PLATFORM" in one("ConfigMap", "platform", here)["data"]
    assert runs["securityContext"]["readOnlyRootFilesystem"] is True
    written = {each["name"]: each["mountPath"] for each in runs["volumeMounts"]}
    assert {each["name"] for each in pod["volumes"] if "emptyDir" in each} == written.keys()
    assert {"name": "SIXFOLD_HOME", "value": written["home"]} in runs["env"]


def test_the_evaluation_is_called_by_nobody_but_prometheus(shadowed: list[Manifest]) -> None:
    spec = one("NetworkPolicy", "evaluation", shadowed)["spec"]
    (rule,) = spec["ingress"]
    prometheus = {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": MONITORING}, "podSelector": prometheus}]
    assert {port["port"] for edge in spec["egress"] for port in edge["ports"]} == {53, 80, 443}


def test_the_evaluation_is_scraped_and_its_figures_keep_their_labels(shadowed: list[Manifest]) -> None:
    monitor = one("ServiceMonitor", "evaluation", shadowed)
    labels = one("Service", "evaluation", shadowed)["metadata"]["labels"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["honorLabels"]) == ("http", True)
    selected = one("Prometheus", "prometheus", shadowed)["spec"]["serviceMonitorSelector"]["matchLabels"]
    assert selected.items() <= monitor["metadata"]["labels"].items()


def test_a_release_on_a_cluster_is_believed_for_itself_alone(shadowed: list[Manifest]) -> None:
    (endpoint,) = one("ServiceMonitor", "release", shadowed)["spec"]["endpoints"]
    assert not endpoint["honorLabels"]
    keep, drop = endpoint["metricRelabelings"]
    assert (keep["action"], keep["sourceLabels"], keep["regex"]) == ("keep", ["__name__"], OF_A_RELEASE_ONLY)
    assert (drop["action"], drop["regex"]) == ("labeldrop", "exported_.+")
    assert {each["targetLabel"] for each in endpoint["relabelings"]} == {"product", "api_version", "release"}


def from_outside(found: list[Manifest]) -> list[Manifest]:
    """Return from which addresses Prometheus may be called by what is no pod."""
    (rule,) = one("NetworkPolicy", "prometheus", found)["spec"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 9090}]
    return [each["ipBlock"] for each in rule["from"] if "ipBlock" in each]


def test_on_a_cluster_that_exists_prometheus_is_called_from_where_the_stack_file_says(
    shadowed: list[Manifest], manifests: Callable[..., list[Manifest]]
) -> None:
    assert from_outside(shadowed) == []
    assert from_outside(manifests({}, api_cidrs=["10.1.0.0/28"])) == [{"cidr": "10.1.0.0/28"}]


def test_each_that_watches_has_a_role_of_its_own(tmp_path: Path) -> None:
    planned = record("dev", read(ROOT / "stacks" / "Pulumi.dev.yaml"), root=ROOT, home=tmp_path)
    given = {
        each.inputs["service_account"]: each.inputs["role_arn"]
        for each in planned
        if each.type == "sixfold:eks:PodIdentityAssociation" and each.inputs["namespace"] == "sixfold-dev-monitoring"
    }
    named = {"evaluation": "evaluation", "exporter": "exporter", "portal-server": "portal", "alertmanager": "alerting"}
    assert given.keys() == named.keys()
    assert all(f":role/{named[account]}-" in role for account, role in given.items())
