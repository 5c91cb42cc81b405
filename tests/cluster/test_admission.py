"""Admission policies, by the real API server: the workloads that people may not make, and those that they may."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.plans.kubernetes.manifest import namespace
from infra.plans.kubernetes.people import group, people_manifests
from infra.plans.kubernetes.pods import LOCKED, security
from infra.plans.names import namespace as name_of
from sixfold.roles import Role
from tests.cluster._plane import Plane

_IN_FORCE_S = 60
STACK = "admission"
AREAS = ("serving", "monitoring", "training")
ROLES = {"engineer": Role.model_validate({"cluster": dict.fromkeys(AREAS, "edit")})}
SECRET = {"volumes": [{"name": "stolen", "secret": {"secretName": "edge-tls"}}]}
TOKEN = {"volumes": [{"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]}


MAIN = {"name": "main", "image": "registry.test/main:1", "securityContext": LOCKED}


def pod(**change: Any) -> dict[str, Any]:
    return {"containers": [MAIN], "securityContext": security(), **change}


def with_env(**member: Any) -> dict[str, Any]:
    return pod(containers=[{**MAIN, **member}])


FROM_ENV = with_env(env=[{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "edge-tls", "key": "tls.key"}}}])
FROM_ENVS = with_env(envFrom=[{"secretRef": {"name": "edge-tls"}}])
ATTEMPTS = {
    "another account": (pod(serviceAccountName="serving"), "gives pods no other service account"),
    "the old name of an account": (pod(serviceAccount="serving"), "gives pods no other service account"),
    "a Secret": (pod(**SECRET), "mounts no Secret"),
    "a token": (pod(**TOKEN), "mounts no Secret"),
    "a variable": (FROM_ENV, "no Secret into an environment"),
    "all variables": (FROM_ENVS, "no Secret into an environment"),
    "a variable of what runs first": (
        pod(initContainers=[{**FROM_ENV["containers"][0], "name": "first"}]),
        "no Secret into an environment",
    ),
}


def deployment(spec: dict[str, Any]) -> dict[str, Any]:
    labels = {"matchLabels": {"app": "mine"}}
    template = {"metadata": {"labels": labels["matchLabels"]}, "spec": spec}
    return made("apps/v1", "Deployment", "serving", selector=labels, template=template)


def cluster(spec: dict[str, Any]) -> dict[str, Any]:
    return made("ray.io/v1", "RayCluster", "training", **ray(pod(), spec))


def job(spec: dict[str, Any]) -> dict[str, Any]:
    return made("ray.io/v1", "RayJob", "training", rayClusterSpec=ray(spec, pod()), entrypoint="true")


def submitted(spec: dict[str, Any]) -> dict[str, Any]:
    template = {"spec": {**spec, "restartPolicy": "Never"}}
    return made("ray.io/v1", "RayJob", "training", submitterPodTemplate=template, clusterSelector={"a": "b"})


def ray(head: dict[str, Any], worker: dict[str, Any]) -> dict[str, Any]:
    group = {"groupName": "w", "replicas": 1, "minReplicas": 0, "maxReplicas": 1, "rayStartParams": {}}
    return {
        "headGroupSpec": {"rayStartParams": {}, "template": {"spec": head}},
        "workerGroupSpecs": [{**group, "template": {"spec": worker}}],
    }


def made(version: str, kind: str, area: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "mine", "namespace": name_of(STACK, area)}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def guarded(plane: Plane) -> Iterator[Plane]:
    """The control plane with a stack's roles and policies, which take a moment to be in force."""
    rooms = [namespace(name_of(STACK, area)) for area in AREAS]
    found = [*rooms, *people_manifests(STACK, ROLES)]
    plane.kubectl("apply", "-f", "-", given="\n---\n".join(map(json.dumps, found)))
    attempt = deployment(ATTEMPTS["another account"][0])
    deadline = time.monotonic() + _IN_FORCE_S
    while not asked(plane, attempt):
        assert time.monotonic() < deadline, "the policies are not in force"
        time.sleep(0.2)
    yield plane
    plane.kubectl("delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", "--all")


def asked(plane: Plane, what: dict[str, Any], verb: str = "create", role: str = "engineer") -> str:
    """Ask for a change in a role, as a dry run; return what the API server said against it."""
    who = ["--as", "somebody", "--as-group", group(STACK, role)] if role else []
    return plane.kubectl(verb, "--dry-run=server", "-f", "-", *who, given=json.dumps(what), check=False).stderr


@pytest.mark.parametrize("name", ATTEMPTS)
@pytest.mark.parametrize("kind", [deployment, cluster, job, submitted])
def test_nobody_takes_an_account_or_reads_a_secret_by_a_workload(guarded: Plane, kind: Any, name: str) -> None:
    spec, said = ATTEMPTS[name]
    assert said in asked(guarded, kind(spec))


@pytest.mark.parametrize("kind", [deployment, cluster, job, submitted])
def test_what_has_neither_may_be_made(guarded: Plane, kind: Any) -> None:
    assert asked(guarded, kind(pod())) == ""


def test_a_deployment_of_the_stacks_own_may_get_another_image_and_nothing_else(guarded: Plane) -> None:
    own = pod(serviceAccountName="serving", **SECRET)
    guarded.kubectl("apply", "-f", "-", given=json.dumps(deployment(own)))
    image = {**own, "containers": [{**MAIN, "image": "registry.test/main:2"}]}
    assert asked(guarded, deployment(image), "apply") == ""
    assert "no other service account" in asked(guarded, deployment({**own, "serviceAccountName": "portal"}), "apply")


def test_a_prometheus_keeps_what_it_reads_secrets_by(guarded: Plane) -> None:
    own = made("monitoring.coreos.com/v1", "Prometheus", "monitoring", replicas=1, serviceAccountName="prometheus")
    guarded.kubectl("apply", "-f", "-", given=json.dumps(own))
    more = {**own, "spec": {**own["spec"], "replicas": 2}}
    assert asked(guarded, more, "apply") == ""
    stolen = {**own, "spec": {**own["spec"], "secrets": ["alertmanager"]}}
    assert "does not change secrets" in asked(guarded, stolen, "apply")


def test_the_deployer_is_nobody_of_these(guarded: Plane) -> None:
    assert asked(guarded, deployment(pod(serviceAccountName="serving", **SECRET)), "apply", role="") == ""
