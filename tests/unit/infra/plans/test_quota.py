"""How much a namespace may ask for."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from infra.plans.kubernetes import pods
from infra.plans.kubernetes.manifest import manifests_of
from infra.plans.kubernetes.quota import Capacity, needed, quota
from infra.plans.kubernetes.serving import MOST
from infra.plans.kubernetes.training import plan_training
from sixfold.cluster import Team
from tests.unit.infra.plans._estates import Estate, estates
from tests.unit.infra.plans.test_kubernetes_invariants import declared, few

Manifest = Mapping[str, Any]


def deployment(replicas: int | None = 1, **init: str) -> dict[str, Any]:
    containers = [pods.container("web", image="i", cpu="500m", memory="512Mi")] * 2
    before = [pods.container("fetch", image="i", **init)] if init else []  # type: ignore[arg-type] # its two figures
    template = pods.pod(containers, labels={"a": "b"}, service_account="s", initContainers=before)
    return pods.deployment("web", "n", template=template, replicas=replicas)


@pytest.mark.parametrize(
    ("found", "capacity"),
    [
        (deployment(), Capacity(2, 2)),
        (deployment(3), Capacity(4, 4)),
        (deployment(cpu="250m", memory="3Gi"), Capacity(2, 6)),
        (deployment(cpu="3", memory="1Gi"), Capacity(6, 2)),
    ],
)
def test_a_deployment_needs_capacity_for_its_pods_and_one_more_in_a_roll_out(
    found: dict[str, Any], capacity: Capacity
) -> None:
    assert needed([found]) == capacity


def test_with_an_autoscaler_it_needs_capacity_for_as_many_as_that_makes() -> None:
    spec = {"scaleTargetRef": {"name": "web"}, "maxReplicas": 7}
    assert needed([deployment(None), {"kind": "HorizontalPodAutoscaler", "spec": spec}]) == Capacity(8, 8)


def test_a_quota_is_in_thousandths_of_a_processor_and_in_mebibytes() -> None:
    spec = quota("n", Capacity(0.25, 1.5), **{"nvidia.com/gpu": 2})[0]["spec"]
    assert spec == {"hard": {"requests.cpu": "250m", "requests.memory": "1536Mi", "requests.nvidia.com/gpu": "2"}}


@few
@given(estates())
def test_all_releases_at_their_most_may_hand_over_to_as_many(estate: Estate) -> None:
    found = declared(estate)
    (room,) = (each["spec"]["hard"] for each in found if each["kind"] == "ResourceQuota")
    releases = sum(each["kind"] == "HorizontalPodAutoscaler" for each in found)
    assert float(room["requests.cpu"].removesuffix("m")) >= 2 * releases * (MOST + 1) * 500
    assert float(room["requests.memory"].removesuffix("Mi")) >= 2 * releases * (MOST + 1) * 2048


def test_teams_have_their_shares_beside_ray() -> None:
    share = Team(cpu=10, memory_gib=20, gpus=1)
    plan = plan_training("dev", where="n", teams=("a", "b"), share=share, image="i", environment={})
    (room,) = (each["spec"]["hard"] for each in manifests_of(plan) if each["kind"] == "ResourceQuota")
    assert room == {
        "requests.cpu": f"{2 * 10_000 + 1000 + 100 + 8 * 2000}m",
        "requests.memory": f"{2 * 20 * 1024 + 4096 + 256 + 8 * 8192}Mi",
        "requests.nvidia.com/gpu": "2",
    }
