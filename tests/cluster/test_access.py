"""Rights of the dev stack's service accounts on Kubernetes, by the API server; all other accounts have none."""

import json
from collections.abc import Callable, Iterator

import pytest

from infra.plans.kubernetes import pods
from infra.plans.names import namespace
from tests.cluster._plane import Plane
from tests.cluster._stacks import RUNNER, Stack

SERVING, MONITORING, TRAINING = (namespace("dev", part) for part in ("serving", "monitoring", "training"))
ALLOWED = [
    ((MONITORING, "prometheus"), "list", "pods", SERVING),
    ((MONITORING, "prometheus"), "watch", "endpointslices.discovery.k8s.io", SERVING),
    ((TRAINING, "training"), "list", "pods", TRAINING),
    ((TRAINING, "training"), "patch", "rayclusters.ray.io/ray", TRAINING),
]
DENIED = [
    ((MONITORING, "prometheus"), "list", "secrets", SERVING),
    ((MONITORING, "prometheus"), "list", "pods", TRAINING),
    ((MONITORING, "prometheus"), "delete", "pods", SERVING),
    ((MONITORING, "evaluation"), "list", "pods", MONITORING),
    ((SERVING, "serving"), "list", "pods", SERVING),
    ((SERVING, "serving"), "get", "secrets", SERVING),
    ((TRAINING, "training"), "create", "pods", TRAINING),
    ((TRAINING, "training"), "patch", "rayclusters.ray.io/another", TRAINING),
    ((TRAINING, "training"), "get", "secrets", TRAINING),
    ((TRAINING, "training"), "patch", "deployments.apps", SERVING),
    ((SERVING, "default"), "list", "pods", SERVING),
]


@pytest.fixture(scope="module", autouse=True)
def dev(make_stack: Callable[..., Stack]) -> Iterator[Stack]:
    """The dev stack, with an image to run."""
    stack = make_stack("dev")
    with stack.settings() as platform:
        platform["cluster"]["runner"] = RUNNER
    stack.pulumi.up()
    yield stack
    stack.pulumi.destroy()


def test_a_pod_for_which_its_namespace_has_no_room_is_refused(plane: Plane) -> None:
    container = pods.container("greedy", image="registry.test/greedy:1", cpu="500", memory="1Gi")
    spec = pods.pod([container], labels={"a": "b"}, service_account="serving")["spec"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "greedy", "namespace": SERVING}, "spec": spec}
    refused = plane.kubectl("create", "-f", "-", given=json.dumps(pod), check=False)
    assert "exceeded quota: room, requested: requests.cpu=500" in refused.stderr


def may(plane: Plane, who: tuple[str, str], verb: str, what: str, where: str) -> bool:
    """Ask the API server by a SubjectAccessReview; `what` is `resource[.group][/name]`."""
    kind, _, name = what.partition("/")
    resource, _, group = kind.partition(".")
    attributes = {"verb": verb, "resource": resource, "group": group, "name": name, "namespace": where}
    account = f"system:serviceaccount:{who[0]}:{who[1]}"
    groups = ["system:authenticated", "system:serviceaccounts", f"system:serviceaccounts:{who[0]}"]
    spec = {"user": account, "groups": groups, "resourceAttributes": attributes}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = plane.kubectl("create", "-f", "-", "-o", "json", given=json.dumps(review))
    return bool(json.loads(answer.stdout)["status"]["allowed"])


@pytest.mark.parametrize(("who", "verb", "what", "where"), ALLOWED)
def test_an_account_may_do_what_it_is_for(plane: Plane, who: tuple[str, str], verb: str, what: str, where: str) -> None:
    assert may(plane, who, verb, what, where)


@pytest.mark.parametrize(("who", "verb", "what", "where"), DENIED)
def test_an_account_may_do_nothing_else(plane: Plane, who: tuple[str, str], verb: str, what: str, where: str) -> None:
    assert not may(plane, who, verb, what, where)
