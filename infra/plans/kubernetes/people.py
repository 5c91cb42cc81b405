"""Rights of people on the cluster: a Role for each role in each area, bound to the group that EKS puts them in."""

from collections.abc import Mapping
from typing import Any

from infra.plans import names
from infra.plans.kubernetes import portal, prometheus_proxy
from infra.plans.kubernetes.admission import people_policies
from infra.plans.kubernetes.manifest import Manifest, manifest
from sixfold.roles import Area, Level, Role

_API = "rbac.authorization.k8s.io"
_VERBS: dict[Level, list[str]] = {
    "view": ["get", "list", "watch"],
    "edit": ["get", "list", "watch", "create", "update", "patch", "delete"],
}
# Logs and events are never edited, nor which quota a queue leads to; and a Secret is not even seen.
_SEEN = {
    "": ["events", "pods", "pods/log", "services", "configmaps", "resourcequotas", "limitranges"],
    "kueue.x-k8s.io": ["localqueues", "workloads"],
}
_KINDS: dict[Area, dict[str, list[str]]] = {
    "serving": {
        "apps": ["deployments"],
        "autoscaling": ["horizontalpodautoscalers"],
        "gateway.networking.k8s.io": ["gateways", "httproutes"],
    },
    "monitoring": {"monitoring.coreos.com": ["alertmanagers", "prometheuses", "prometheusrules", "servicemonitors"]},
    "training": {"ray.io": ["rayclusters", "rayjobs"]},
}


def group(stack: str, role: str) -> str:
    """Return the Kubernetes group of a role."""
    return f"sixfold:{stack}:{role}"


def people_manifests(stack: str, roles: Mapping[str, Role]) -> tuple[Manifest, ...]:
    """Return a Role and its binding for each role in each of its areas, for rollouts, and for the portal.

    With them come the policies on what people may not put into a workload that they may edit.
    """
    areas = (
        each
        for role, may in roles.items()
        for area, level in may.cluster.items()
        for each in _granted(stack, role, area, role, [*_rules(_SEEN, "view"), *_rules(_KINDS[area], level)])
    )
    rollouts = (
        each
        for role, may in roles.items()
        if may.rollout
        for each in _granted(stack, role, "monitoring", f"{role}-rollout", [prometheus_proxy.rule()])
    )
    portals = (
        each
        for role, may in roles.items()
        if "monitoring" in may.cluster
        for each in _granted(stack, role, "monitoring", f"{role}-portal", [portal.rule()])
    )
    return (*areas, *rollouts, *portals, *people_policies(stack, group(stack, "")))


def _granted(stack: str, role: str, area: Area, name: str, rules: list[dict[str, Any]]) -> tuple[Manifest, Manifest]:
    where = names.namespace(stack, area)
    reference = {"apiGroup": _API, "kind": "Role", "name": name}
    who = [{"apiGroup": _API, "kind": "Group", "name": group(stack, role)}]
    return (
        manifest(f"{_API}/v1", "Role", name, where, rules=rules),
        manifest(f"{_API}/v1", "RoleBinding", name, where, roleRef=reference, subjects=who),
    )


def _rules(kinds: Mapping[str, list[str]], level: Level) -> list[dict[str, Any]]:
    return [{"apiGroups": [of], "resources": found, "verbs": _VERBS[level]} for of, found in kinds.items()]
