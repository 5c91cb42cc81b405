"""The control plane itself: what it refuses is what makes the other tests mean something."""

import json
from typing import Any

import pytest

from tests.cluster._plane import Plane

RESTRICTED = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "main",
            "image": "registry.test/main:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}


def pod(**spec: Any) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": RESTRICTED | spec})


def test_a_restricted_pod_becomes_ready(plane: Plane, namespace: str) -> None:
    plane.kubectl("apply", "-n", namespace, "-f", "-", given=pod())
    plane.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/pod", "--timeout=60s")


@pytest.mark.parametrize("spec", [{"hostNetwork": True}, {"securityContext": {"runAsNonRoot": False}}])
def test_any_other_pod_is_refused(plane: Plane, namespace: str, spec: dict[str, Any]) -> None:
    refused = plane.kubectl("apply", "-n", namespace, "-f", "-", given=pod(**spec), check=False)
    assert 'violates PodSecurity "restricted:latest"' in refused.stderr


@pytest.mark.parametrize(
    "kind",
    ["httproutes.gateway.networking.k8s.io", "rayclusters.ray.io", "clusterqueues.kueue.x-k8s.io", "prometheusrules"],
)
def test_it_has_the_custom_resources_of_the_operators(plane: Plane, kind: str) -> None:
    assert plane.list(kind) == []


def test_a_custom_resource_is_held_against_its_schema(plane: Plane, namespace: str) -> None:
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "route"}}
    weight = {"rules": [{"backendRefs": [{"name": "service", "port": 80, "weight": -1}]}]}
    refused = plane.kubectl(
        "apply", "-n", namespace, "-f", "-", given=json.dumps(route | {"spec": weight}), check=False
    )
    assert "weight: Invalid value: -1" in refused.stderr
