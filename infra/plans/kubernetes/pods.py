"""Pods that keep the standard "restricted" and write nowhere but into volumes of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.plans.kubernetes.manifest import Manifest, Phases, manifest
from sixfold.wire import ENV_HOME

USER = 10001
"""The user of the runner image (serving/Dockerfile); its home is the volume at `HOME`."""
HOME, PORT = "/var/lib/sixfold", 8080
METRICS = "metrics"
"""The name of a port that has nothing but metrics."""
PLATFORM = "platform"
"""The ConfigMap whose entries are the environment of every pod of ours."""
DRAIN_S = 10
"""A pod that is being deleted answers on for this long: routes take some seconds to hear of it."""
LOCKED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
"""The securityContext of a container."""
NEVER_FEWER: Mapping[str, Any] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
ONE_AFTER_THE_OTHER: Mapping[str, Any] = {"type": "Recreate"}
"""How a Deployment's pods give way to new ones."""


def container(
    name: str,
    *,
    image: str,
    command: Sequence[str] = (),
    cpu: str,
    memory: str,
    ready: str | None = None,
    **rest: Any,  # noqa: ANN401 - further members
) -> dict[str, Any]:
    """Return a container: it may use as much memory as it asks for; `ready` is the path that says that it serves."""
    asked = {"cpu": cpu, "memory": memory, "ephemeral-storage": "256Mi"}
    return {
        "name": name,
        "image": image,
        **({"command": list(command)} if command else {}),
        "resources": {"requests": asked, "limits": {"memory": memory, "ephemeral-storage": "2Gi"}},
        "securityContext": LOCKED,
        "volumeMounts": [{"name": "home", "mountPath": HOME}, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - in the pod
        **(_serving(ready) if ready else {}),
        **rest,
    }


def pod(
    containers: Sequence[dict[str, Any]],
    *,
    labels: Mapping[str, str],
    service_account: str,
    **rest: Any,  # noqa: ANN401 - further members
) -> dict[str, Any]:
    """Return the template of a pod, spread over zones and machines, and without a token for Kubernetes' API."""
    spread = [
        {
            "topologyKey": key,
            "maxSkew": 1,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(labels)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
    spec = {
        "serviceAccountName": service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": security(),
        "topologySpreadConstraints": spread,
        "containers": list(containers),
        "volumes": [
            {"name": "home", "emptyDir": {"sizeLimit": "4Gi"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
            *rest.pop("volumes", []),
        ],
        **rest,
    }
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def security() -> dict[str, Any]:
    """Return the securityContext of a pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def of_the_platform(*more: dict[str, str]) -> dict[str, Any]:
    """Return the environment of a platform container; `more` are variables of its own."""
    env = [{"name": ENV_HOME, "value": HOME}, *more]
    return {"env": env, "envFrom": [{"configMapRef": {"name": PLATFORM}}]}


def restarted_by(phases: Phases, environment: Mapping[str, Any]) -> Phases:
    """Return the phases with the platform's environment noted on each pod that reads it from the ConfigMap.

    Kubernetes starts no pod anew for a changed ConfigMap; a changed note makes another template, which rolls them.
    """
    notes = {f"sixfold/{name}": value for name, value in environment.items()}
    return tuple(phase._replace(manifests=tuple(_noted(each, notes) for each in phase.manifests)) for phase in phases)


def _noted(found: Any, notes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any part of a manifest
    if isinstance(found, list):
        return [_noted(part, notes) for part in found]
    if not isinstance(found, dict):
        return found
    parts = {key: _noted(part, notes) for key, part in found.items()}
    spec = found.get("spec")
    containers = spec.get("containers", []) if isinstance(spec, dict) else []
    if any({"configMapRef": {"name": PLATFORM}} in each.get("envFrom", []) for each in containers):
        parts["metadata"] = {**found["metadata"], "annotations": dict(notes)}
    return parts


def deployment(
    name: str,
    namespace: str,
    *,
    template: dict[str, Any],
    replicas: int | None = None,
    strategy: Mapping[str, Any] = NEVER_FEWER,
) -> Manifest:
    """Return a Deployment, which never has fewer pods than it should; without `replicas` an autoscaler decides."""
    labels = template["metadata"]["labels"]
    spec = {
        **({} if replicas is None else {"replicas": replicas}),
        "selector": {"matchLabels": labels},
        "strategy": dict(strategy),
        "revisionHistoryLimit": 3,
        "template": template,
    }
    return manifest("apps/v1", "Deployment", name, namespace, labels=labels, spec=spec)


def service(name: str, namespace: str, labels: Mapping[str, str], **more: int) -> Manifest:
    """Return the address of a Deployment's pods; `more` are further ports, by name."""
    ports = [{"name": port, "port": number, "targetPort": port} for port, number in {"http": PORT, **more}.items()]
    spec = {"selector": dict(labels), "ports": ports}
    return manifest("v1", "Service", name, namespace, labels=dict(labels), spec=spec)


def disruption_budget(name: str, namespace: str, labels: Mapping[str, str]) -> Manifest:
    """Return a budget: machines may be drained, one pod after the other."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": dict(labels)}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
    return manifest("policy/v1", "PodDisruptionBudget", name, namespace, labels=dict(labels), spec=spec)


def account(name: str, namespace: str) -> Manifest:
    """Return a service account, to which EKS Pod Identity gives a role in AWS."""
    return manifest("v1", "ServiceAccount", name, namespace, automountServiceAccountToken=False)


def _serving(ready: str) -> dict[str, Any]:
    """Return the probes: five minutes to start. Liveness checks the port only: a slow lake restarts no pod."""
    asks = {"httpGet": {"path": ready, "port": "http"}}
    return {
        "ports": [{"name": "http", "containerPort": PORT}],
        "startupProbe": {**asks, "periodSeconds": 5, "failureThreshold": 60},
        "readinessProbe": {**asks, "periodSeconds": 5, "failureThreshold": 2},
        "livenessProbe": {"tcpSocket": {"port": "http"}, "periodSeconds": 10, "failureThreshold": 6},
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN_S}}},
    }
