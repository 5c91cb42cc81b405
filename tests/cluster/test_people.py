"""Rights of the roles in `stacks/roles.yaml`, by the real API server."""

import json
from pathlib import Path

import pytest

from infra.plans.kubernetes.manifest import namespace
from infra.plans.kubernetes.people import group, people_manifests
from infra.plans.names import namespace as name_of
from sixfold.roles import read_roles
from tests.cluster._plane import Plane

STACK = "people"
ROLES = read_roles(Path(__file__).parents[2] / "stacks" / "roles.yaml")
QUESTIONS = (
    ("serving", "get", "deployments.apps", {"platform-engineer", "data-scientist", "software-engineer"}),
    ("serving", "get", "pods/log", {"platform-engineer", "data-scientist", "software-engineer"}),
    ("serving", "patch", "deployments.apps", {"platform-engineer"}),
    ("serving", "patch", "httproutes.gateway.networking.k8s.io", {"platform-engineer"}),
    ("serving", "create", "pods/exec", set()),
    ("serving", "get", "secrets", set()),
    ("monitoring", "get", "prometheusrules.monitoring.coreos.com", set(ROLES)),
    ("monitoring", "delete", "prometheusrules.monitoring.coreos.com", {"platform-engineer"}),
    ("monitoring", "get", "secrets", set()),
    ("monitoring", "get", "services/prometheus-operated:web --subresource=proxy", {"platform-engineer"}),
    ("monitoring", "create", "services/prometheus-operated:web --subresource=proxy", set()),
    ("monitoring", "get", "services/alertmanager-operated:web --subresource=proxy", set()),
    ("monitoring", "get", "pods --subresource=proxy", set()),
    ("training", "get", "resourcequotas", {"platform-engineer", "data-engineer", "data-scientist"}),
    ("training", "update", "resourcequotas", set()),
    ("training", "create", "rayjobs.ray.io", {"platform-engineer", "data-scientist"}),
    ("training", "get", "rayclusters.ray.io", {"platform-engineer", "data-engineer", "data-scientist"}),
    ("training", "update", "localqueues.kueue.x-k8s.io", set()),
    ("training", "delete", "pods", set()),
)


@pytest.fixture(scope="module")
def granted(plane: Plane) -> Plane:
    """The control plane with the roles of a stack on it."""
    rooms = [namespace(name_of(STACK, area)) for area in ("serving", "monitoring", "training")]
    plane.kubectl("apply", "-f", "-", given="\n---\n".join(map(json.dumps, [*rooms, *people_manifests(STACK, ROLES)])))
    return plane


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("area", "verb", "resource", "allowed"), QUESTIONS)
def test_a_role_may_do_what_is_declared_and_nothing_else(
    granted: Plane, role: str, area: str, verb: str, resource: str, allowed: set[str]
) -> None:
    who = ["--as", "somebody", "--as-group", group(STACK, role)]
    said = granted.kubectl("auth", "can-i", verb, *resource.split(), "-n", name_of(STACK, area), *who, check=False)
    assert said.stdout.strip() == ("yes" if role in allowed else "no"), said.stderr


def test_a_role_of_one_stack_is_nobody_in_another(granted: Plane) -> None:
    who = ["--as", "somebody", "--as-group", group("other", "platform-engineer")]
    said = granted.kubectl("auth", "can-i", "get", "pods", "-n", name_of(STACK, "serving"), *who, check=False)
    assert said.stdout.strip() == "no"
