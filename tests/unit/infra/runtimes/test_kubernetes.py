import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import kubernetes_validate
import pytest

Manifest = Mapping[str, Any]
A, B = "a" * 64, "b" * 64
CANARY = {"flight-delays": {"v1": {"releases": [{"release": A, "weight": 90}, {"release": B, "weight": 10}]}}}
KUBERNETES = "1.34"


@pytest.fixture(scope="module")
def canary(manifests: Callable[..., list[Manifest]]) -> list[Manifest]:
    return manifests(CANARY)


@pytest.fixture(scope="module")
def waiting(manifests: Callable[..., list[Manifest]]) -> list[Manifest]:
    return manifests({"flight-delays": {"v1": {}}}, runner=None)


def of(kind: str, found: list[Manifest]) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def test_every_manifest_keeps_the_schema_of_its_kind(canary: list[Manifest], waiting: list[Manifest]) -> None:
    checked = [each for each in canary + waiting if is_builtin(each)]
    assert len(checked) > 20
    for each in checked:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def is_builtin(manifest: Manifest) -> bool:
    group = manifest["apiVersion"].rpartition("/")[0]
    return "." not in group or group in {"networking.k8s.io", "rbac.authorization.k8s.io"}


def test_a_canary_is_two_deployments_and_a_route_by_weight(canary: list[Manifest]) -> None:
    names = {f"flight-delays-v1-{release[:12]}": weight for release, weight in ((A, 90), (B, 10))}
    assert of("Deployment", canary).keys() >= names.keys()
    rules = of("HTTPRoute", canary)["flight-delays-v1"]["spec"]["rules"]
    for rule in rules:
        assert {backend["name"]: backend["weight"] for backend in rule["backendRefs"]} == names


def test_the_gateway_passes_the_public_paths_alone(canary: list[Manifest]) -> None:
    rules = of("HTTPRoute", canary)["flight-delays-v1"]["spec"]["rules"]
    passed = {
        (match["method"], match["path"]["type"], match["path"]["value"].removeprefix("/flight-delays/v1"))
        for rule in rules
        for match in rule["matches"]
    }
    pages = {(method, "Exact", path) for method in ("GET", "HEAD") for path in ("/docs", "/openapi.json", "")}
    once = pages | {("POST", "Exact", path) for path in ("/predict", "/feedback")}
    assert passed == once | {(method, kind, f"{path}/") for method, kind, path in once}
    assert all(len(rule["matches"]) <= 8 for rule in rules)  # what Gateway API 1.0 allows


def test_the_time_of_a_replay_is_removed_where_no_replay_comes(canary: list[Manifest]) -> None:
    for rule in of("HTTPRoute", canary)["flight-delays-v1"]["spec"]["rules"]:
        (change,) = (each["requestHeaderModifier"] for each in rule["filters"] if "requestHeaderModifier" in each)
        assert set(change["remove"]) == {"X-Shadow", "X-Replay-Time"}


def test_without_a_release_the_page_behind_all_routes_says_so(waiting: list[Manifest]) -> None:
    assert of("HTTPRoute", waiting).keys() == {"portal"}
    (config,) = (each for name, each in of("ConfigMap", waiting).items() if name.startswith("portal-"))
    assert "flight-delays v1 has no release yet" in config["data"]["caddy.json"]


def test_a_change_of_the_portal_rolls_its_pods(canary: list[Manifest], waiting: list[Manifest]) -> None:
    one, other = (of("Deployment", found)["portal"]["spec"]["template"] for found in (canary, waiting))
    assert one["spec"]["volumes"] != other["spec"]["volumes"]


def test_a_release_is_fetched_by_its_digest_before_it_serves(canary: list[Manifest]) -> None:
    pod = of("Deployment", canary)[f"flight-delays-v1-{A[:12]}"]["spec"]["template"]["spec"]
    (fetch,) = pod["initContainers"]
    assert {A, "--fetch"} <= set(fetch["command"])
    assert pod["containers"][0]["command"] == fetch["command"][:-1]


def test_an_image_is_named_by_its_digest(canary: list[Manifest]) -> None:
    containers = [each for pod in pods(canary) for each in pod["spec"]["containers"]]
    images = {each["image"].partition("@")[0]: each["image"].partition("@")[2] for each in containers}
    assert images["runner-url"] == f"sha256:{'0' * 64}"
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in images.values()), images


def test_no_pod_has_a_token_for_the_api_or_writes_to_its_image(canary: list[Manifest]) -> None:
    for pod in pods(canary):
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in pod["spec"]["containers"] + pod["spec"].get("initContainers", []):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]


def test_a_namespace_admits_restricted_pods_only(canary: list[Manifest]) -> None:
    for namespace in of("Namespace", canary).values():
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_namespace_has_a_quota_and_figures_for_what_has_none(canary: list[Manifest]) -> None:
    rooms = of("Namespace", canary).keys() & {f"sixfold-dev-{part}" for part in ("serving", "monitoring", "training")}
    for kind in ("ResourceQuota", "LimitRange"):
        found = [each["metadata"]["namespace"] for each in canary if each["kind"] == kind]
        assert sorted(found) == sorted(rooms)
    assert len(rooms) == 3


def test_with_a_certificate_nothing_is_answered_in_the_clear(manifests: Callable[..., list[Manifest]]) -> None:
    found = manifests({"flight-delays": {"v1": {}}}, certificate="edge-tls", insecure=False)
    listeners = {each["name"]: each for each in of("Gateway", found)["edge"]["spec"]["listeners"]}
    assert listeners["https"]["tls"]["certificateRefs"] == [{"kind": "Secret", "name": "edge-tls"}]
    at = {name: route["spec"]["parentRefs"][0]["sectionName"] for name, route in of("HTTPRoute", found).items()}
    assert {name for name, listener in at.items() if listener == "http"} == {"to-https"}
    (redirect,) = of("HTTPRoute", found)["to-https"]["spec"]["rules"]
    assert redirect["filters"][0]["requestRedirect"] == {"scheme": "https", "statusCode": 301}


def test_every_answer_over_tls_tells_browsers_to_stay_with_it(manifests: Callable[..., list[Manifest]]) -> None:
    for route in of("HTTPRoute", manifests(CANARY, certificate="edge-tls", insecure=False)).values():
        answers = [rule for rule in route["spec"]["rules"] if rule.get("backendRefs")]
        assert all("Strict-Transport-Security" in json.dumps(rule["filters"]) for rule in answers)


def test_ray_asks_for_a_token(canary: list[Manifest]) -> None:
    assert of("RayCluster", canary)["ray"]["spec"]["authOptions"] == {"mode": "token"}


@pytest.mark.parametrize(("public", "scheme"), [(False, "internal"), (True, "internet-facing")])
def test_the_load_balancer_is_internal_unless_the_stack_is_public(
    manifests: Callable[..., list[Manifest]], *, public: bool, scheme: str
) -> None:
    gateway = of("Gateway", manifests({}, certificate="edge-tls", insecure=False, public=public))["edge"]
    asked = gateway["spec"]["infrastructure"]["annotations"]
    assert asked["service.beta.kubernetes.io/aws-load-balancer-scheme"] == scheme
    assert ("service.beta.kubernetes.io/aws-load-balancer-internal" in asked) is not public


def pods(found: list[Manifest]) -> Iterator[Mapping[str, Any]]:
    """Yield the template of every pod."""
    return (each["spec"]["template"] for each in found if each["kind"] == "Deployment")


def test_each_team_hears_by_its_own_topic(canary: list[Manifest]) -> None:
    routing = json.loads(of("Secret", canary)["alertmanager"]["stringData"]["alertmanager.yaml"])
    told = {each["name"]: each["sns_configs"][0]["topic_arn"] for each in routing["receivers"]}
    assert ":alarms-arrivals-" in told["arrivals-page"]
    assert {route["receiver"] for route in routing["route"]["routes"]} == told.keys()


def test_the_rules_are_those_of_one_machine(canary: list[Manifest], waiting: list[Manifest]) -> None:
    groups = [group["name"] for group in of("PrometheusRule", canary)["sixfold"]["spec"]["groups"]]
    assert {"platform", "flight-delays-slo", "flight-delays-alerts"} <= set(groups)
    assert [group["name"] for group in of("PrometheusRule", waiting)["sixfold"]["spec"]["groups"]] == ["platform"]


def test_a_release_is_scraped_under_the_labels_that_the_rules_read(canary: list[Manifest]) -> None:
    (endpoint,) = of("ServiceMonitor", canary)["release"]["spec"]["endpoints"]
    assert {each["targetLabel"]: each["sourceLabels"] for each in endpoint["relabelings"]} == {
        "product": ["__meta_kubernetes_service_label_sixfold_dev_product"],
        "api_version": ["__meta_kubernetes_service_label_sixfold_dev_api_version"],
        "release": ["__meta_kubernetes_service_label_sixfold_dev_release"],
    }


def test_the_portal_is_scraped_where_no_route_leads_and_somebody_hears_of_its_end(waiting: list[Manifest]) -> None:
    (endpoint,) = of("ServiceMonitor", waiting)["portal"]["spec"]["endpoints"]
    ports = {each["name"]: each["port"] for each in of("Service", waiting)["portal"]["spec"]["ports"]}
    (rule,) = of("HTTPRoute", waiting)["portal"]["spec"]["rules"]
    assert [backend["port"] for backend in rule["backendRefs"]] == [ports["http"]]
    assert ports[endpoint["port"]] != ports["http"]
    (platform,) = of("PrometheusRule", waiting)["sixfold"]["spec"]["groups"]
    assert {rule["expr"] for rule in platform["rules"]} >= {'up{product=""} == 0', 'absent(up{job="portal"})'}


def test_before_there_is_an_image_nothing_of_ours_runs(waiting: list[Manifest]) -> None:
    assert of("Deployment", waiting).keys() == {"portal"}


def test_ray_grows_from_nothing_and_only_its_head_has_a_token(canary: list[Manifest]) -> None:
    spec = of("RayCluster", canary)["ray"]["spec"]
    (workers,) = spec["workerGroupSpecs"]
    assert (workers["minReplicas"], spec["enableInTreeAutoscaling"]) == (0, True)
    assert spec["rayVersion"] == version("ray")
    heads, others = (group["template"]["spec"] for group in (spec["headGroupSpec"], workers))
    assert (heads["automountServiceAccountToken"], others["automountServiceAccountToken"]) == (True, False)


def test_rays_dashboard_and_job_api_are_closed_to_all_but_its_namespace(canary: list[Manifest]) -> None:
    (rule,) = of("NetworkPolicy", canary)["ray"]["spec"]["ingress"]
    where = {"kubernetes.io/metadata.name": "sixfold-dev-training"}
    assert rule == {"from": [{"namespaceSelector": {"matchLabels": where}}]}


def test_each_team_has_a_queue_and_a_quota(canary: list[Manifest]) -> None:
    queues = {name: each["spec"]["clusterQueue"] for name, each in of("LocalQueue", canary).items()}
    assert queues == {team: f"sixfold-dev-{team}" for team in ("arrivals", "platform")}
    assert of("ClusterQueue", canary).keys() == set(queues.values())
