"""The provider that the stacks' Kubernetes resources go through, on a small program, from nothing to nothing."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests._projects import Project
from tests.cluster._plane import Plane

PROGRAM = """\
import pulumi
import pulumi_kubernetes as k8s

labels = {"app": "web"}
restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
namespace = k8s.core.v1.Namespace("shop", metadata={"name": "shop", "labels": restricted})
metadata = {"name": "web", "namespace": namespace.metadata["name"]}
container = {
    "name": "web",
    "image": "registry.test/web:1",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
pods = {"metadata": {"labels": labels}, "spec": {"securityContext": security, "containers": [container]}}
spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": pods}
deployment = k8s.apps.v1.Deployment("web", metadata=metadata, spec=spec)
k8s.core.v1.Service("web", metadata=metadata, spec={"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]})
k8s.core.v1.Secret("token", metadata={"namespace": "shop"}, string_data={"token": pulumi.Output.secret("hunter2")},
    opts=pulumi.ResourceOptions(depends_on=namespace))
k8s.apiextensions.CustomResource(
    "route",
    api_version="gateway.networking.k8s.io/v1",
    kind="HTTPRoute",
    metadata=metadata,
    spec={"hostnames": ["shop.test"], "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]},
)
pulumi.export("available", deployment.status["available_replicas"])
"""


@pytest.fixture(scope="module")
def shop(make_project: Callable[..., Project]) -> Project:
    """The program, up from nothing."""
    project = make_project(PROGRAM)
    project.up()
    return project


def test_up_waits_until_the_deployment_is_available(shop: Project) -> None:
    assert shop.outputs() == {"available": 2}


@pytest.mark.usefixtures("shop")
def test_the_service_has_the_pods_behind_it(plane: Plane) -> None:
    plane.wait_for_endpoints("web", "shop", 2)
    (found,) = plane.list("endpointslice", "shop")
    assert {each["targetRef"]["kind"] for each in found["endpoints"]} == {"Pod"}


def test_a_second_preview_has_nothing_to_do(shop: Project) -> None:
    shop.preview("--expect-no-changes")


def test_a_refresh_after_up_finds_nothing(shop: Project) -> None:
    shop.refresh("--expect-no-changes")


def test_a_secret_is_not_in_clear_in_the_state(shop: Project) -> None:
    state = json.dumps(shop.stack_export())
    assert "hunter2" not in state
    assert "aHVudGVyMg" not in state  # as the API server has it


def test_an_edit_behind_the_back_is_found_by_refresh(shop: Project, plane: Plane) -> None:
    patch = json.dumps({"spec": {"hostnames": ["thief.test"]}})
    plane.kubectl("patch", "httproute", "web", "-n", "shop", "--type=merge", "-p", patch)
    assert "thief.test" in shop.refresh("--diff").stdout


def test_an_edited_field_is_not_taken_back_in_silence(shop: Project) -> None:
    refused = shop.up(check=False)
    assert 'conflict with "kubectl-patch"' in refused.stdout
    assert ".spec.hostnames" in refused.stdout


def test_an_edited_field_is_taken_back_by_force(shop: Project, plane: Plane) -> None:
    replace(shop, env={**shop.env, "PULUMI_K8S_ENABLE_PATCH_FORCE": "true"}).up()
    assert plane.get("httproute", "web", "shop")["spec"]["hostnames"] == ["shop.test"]
    shop.preview("--expect-no-changes")


def test_what_was_deleted_behind_the_back_is_made_again(shop: Project, plane: Plane) -> None:
    plane.kubectl("delete", "httproute", "web", "-n", "shop")
    shop.refresh()
    shop.up()
    assert plane.get("httproute", "web", "shop")["spec"]["hostnames"] == ["shop.test"]


def test_a_field_that_cannot_change_replaces_the_deployment(shop: Project, plane: Plane) -> None:
    before = plane.get("deployment", "web", "shop")["metadata"]["uid"]
    shop.write(PROGRAM.replace('{"app": "web"}', '{"app": "web", "part": "front"}'))
    shop.up()
    assert plane.get("deployment", "web", "shop")["metadata"]["uid"] != before
    shop.write(PROGRAM)
    shop.up()


def test_an_unknown_field_fails_the_preview_and_is_named(shop: Project) -> None:
    shop.write(PROGRAM.replace('"replicas": 2', '"replica": 2'))
    refused = shop.preview(check=False)
    shop.write(PROGRAM)
    assert refused.returncode != 0
    assert ".spec.replica: field not declared in schema" in refused.stderr


def test_what_exists_is_imported(make_project: Callable[..., Project], plane: Plane, namespace: str) -> None:
    plane.kubectl("create", "configmap", "settings", "-n", namespace, "--from-literal=colour=blue")
    project = make_project("")
    project.cli(
        "import",
        "--yes",
        "kubernetes:core/v1:ConfigMap",
        "settings",
        f"{namespace}/settings",
        "--protect=false",
        "--generate-code=false",
    )
    assert project.resources()["settings"]["inputs"]["data"] == {"colour": "blue"}


def test_destroy_leaves_nothing(shop: Project, plane: Plane) -> None:
    shop.destroy()
    assert "shop" not in {each["metadata"]["name"] for each in plane.list("namespace")}
