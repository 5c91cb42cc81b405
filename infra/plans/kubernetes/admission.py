"""Admission of what people edit: no other service account in a workload, and no Secret that they cannot read.

Whoever may change a pod's template could else take the rights of any account of its namespace, and mount any Secret.
Policies: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from typing import Any, NamedTuple, get_args

from infra.plans import names
from infra.plans.kubernetes.manifest import NAMESPACE, Manifest, manifest
from infra.plans.kubernetes.training import ACCOUNT as TRAINING
from sixfold.roles import Area

_API = "admissionregistration.k8s.io/v1"
_PLAIN_ENVIRONMENT = (
    "(!has(each.env) || each.env.all(one, !has(one.valueFrom) || !has(one.valueFrom.secretKeyRef))) && "
    "(!has(each.envFrom) || each.envFrom.all(one, !has(one.secretRef)))"
)
# Members of a monitor by which its operator reads Secrets for it.
_READS = (
    "secrets",
    "configSecret",
    "additionalScrapeConfigs",
    "additionalAlertManagerConfigs",
    "remoteWrite",
    "remoteRead",
)


class _Kind(NamedTuple):
    """Resources with pods of one shape: a CEL list of their specs, in terms of `{}`, the object or what it was."""

    name: str
    group: str
    resources: tuple[str, ...]
    specs: str
    accounts: tuple[str, ...] = ("", "default")
    unchanged: tuple[str, ...] = ()


_RAY = (
    "[{0}.headGroupSpec.template.spec] + "
    "(has({0}.workerGroupSpecs) ? {0}.workerGroupSpecs.map(w, w.template.spec) : [])"
)
_KINDS = (
    _Kind("deployments", "apps", ("deployments",), "[{0}.spec.template.spec]"),
    _Kind("clusters", "ray.io", ("rayclusters",), _RAY.replace("{0}", "{0}.spec"), ("", "default", TRAINING)),
    _Kind(
        "jobs",
        "ray.io",
        ("rayjobs",),
        f"(has({{0}}.spec.rayClusterSpec) ? {_RAY.replace('{0}', '{0}.spec.rayClusterSpec')} : []) + "
        "(has({0}.spec.submitterPodTemplate) ? [{0}.spec.submitterPodTemplate.spec] : [])",
        ("", "default", TRAINING),
    ),
    _Kind("monitors", "monitoring.coreos.com", ("alertmanagers", "prometheuses"), "[{0}.spec]", unchanged=_READS),
)


def people_policies(stack: str, groups: str) -> tuple[Manifest, ...]:
    """Return a policy for each kind of workload, and its binding to the stack's namespaces.

    Args:
        stack: its name.
        groups: the beginning of the Kubernetes groups of its people.

    """
    return tuple(each for kind in _KINDS for each in _bound(stack, groups, kind))


def _bound(stack: str, groups: str, kind: _Kind) -> tuple[Manifest, Manifest]:
    name = f"sixfold-{stack}-people-{kind.name}"
    of_people = f"request.userInfo.groups.exists(group, group.startsWith('{groups}'))"
    resources = {
        "apiGroups": [kind.group],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE"],
        "resources": list(kind.resources),
    }
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [resources]},
        "matchConditions": [{"name": "people", "expression": of_people}],
        "variables": [
            {"name": "specs", "expression": kind.specs.format("object")},
            {"name": "old", "expression": f"request.operation == 'UPDATE' ? ({kind.specs.format('oldObject')}) : []"},
        ],
        "validations": _validations(kind),
    }
    areas = [names.namespace(stack, area) for area in get_args(Area)]
    where = {"matchExpressions": [{"key": NAMESPACE, "operator": "In", "values": areas}]}
    binding = {
        "policyName": name,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": where},
    }
    return (
        manifest(_API, "ValidatingAdmissionPolicy", name, spec=spec),
        manifest(_API, "ValidatingAdmissionPolicyBinding", name, spec=binding),
    )


def _validations(kind: _Kind) -> list[dict[str, Any]]:
    account = " && ".join(
        _kept(field, f"pod.{field} in {list(kind.accounts)}") for field in ("serviceAccountName", "serviceAccount")
    )
    volumes = _kept("volumes", "pod.volumes.all(volume, !has(volume.secret) && !has(volume.projected))")
    environment = " && ".join(
        _kept(containers, f"pod.{containers}.all(each, {_PLAIN_ENVIRONMENT})")
        for containers in ("containers", "initContainers")
    )
    return [
        _every(account, "a person gives pods no other service account; the stack declares them"),
        _every(volumes, "a person mounts no Secret into pods; the stack declares them"),
        _every(environment, "a person puts no Secret into an environment"),
        *(
            _every(_kept(field), f"a person does not change {field}, by which a monitor reads Secrets")
            for field in kind.unchanged
        ),
    ]


def _every(holds: str, message: str) -> dict[str, Any]:
    return {"expression": f"variables.specs.all(pod, {holds})", "message": message, "reason": "Forbidden"}


def _kept(field: str, harmless: str = "false") -> str:
    """Return the CEL condition that a member of a pod is absent, harmless, or as it was."""
    return (
        f"(!has(pod.{field}) || {harmless} || "
        f"variables.old.exists(old, has(old.{field}) && old.{field} == pod.{field}))"
    )
