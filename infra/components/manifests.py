"""Declares manifests as resources of pulumi-kubernetes: each kind by its own class, all others as custom resources."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pulumi import Resource, ResourceOptions
from pulumi_kubernetes import apps, autoscaling, core, networking, policy, rbac
from pulumi_kubernetes.apiextensions import CustomResource

from infra.plans.kubernetes.manifest import Manifest, full_name

_KINDS: dict[str, Any] = {
    "ClusterRole": rbac.v1.ClusterRole,
    "ClusterRoleBinding": rbac.v1.ClusterRoleBinding,
    "ConfigMap": core.v1.ConfigMap,
    "Deployment": apps.v1.Deployment,
    "HorizontalPodAutoscaler": autoscaling.v2.HorizontalPodAutoscaler,
    "LimitRange": core.v1.LimitRange,
    "Namespace": core.v1.Namespace,
    "NetworkPolicy": networking.v1.NetworkPolicy,
    "PodDisruptionBudget": policy.v1.PodDisruptionBudget,
    "ResourceQuota": core.v1.ResourceQuota,
    "Role": rbac.v1.Role,
    "RoleBinding": rbac.v1.RoleBinding,
    "Secret": core.v1.Secret,
    "Service": core.v1.Service,
    "ServiceAccount": core.v1.ServiceAccount,
}


def declare(manifests: Iterable[Manifest], *, parent: Resource, depends_on: Sequence[Resource] = ()) -> list[Resource]:
    """Declare each manifest as a child of `parent`, called by its namespace and name; return the resources in order."""
    options = ResourceOptions(parent=parent, depends_on=list(depends_on))
    return [_declare(manifest, options) for manifest in manifests]


def _declare(manifest: Manifest, options: ResourceOptions) -> Resource:
    members = {_snake(name): value for name, value in manifest.items() if name not in {"apiVersion", "kind"}}
    known = _KINDS.get(manifest["kind"])
    if known:
        made: Resource = known(full_name(manifest), **members, opts=options)
        return made
    return CustomResource(
        full_name(manifest), api_version=manifest["apiVersion"], kind=manifest["kind"], **members, opts=options
    )


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
