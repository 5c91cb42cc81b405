"""Quota of a namespace: the most that the stack runs there, so that a mistake does not take the whole cluster.

Keys: https://kubernetes.io/docs/concepts/policy/resource-quotas/ and .../limit-range/.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from infra.plans.kubernetes.manifest import Manifest, manifest

_NAME = "room"  # the name of objects in clusters: another one would replace them
_UNITS = {"m": 0.001, "Mi": 1 / 1024, "Gi": 1.0, "": 1.0}
# For containers that say nothing: the quota asks each for a figure.
_DEFAULT_CPU, _DEFAULT_MEMORY = "100m", "256Mi"


class Capacity(NamedTuple):
    """Processors, and memory in GiB."""

    cpu: float = 0
    memory_gib: float = 0

    def times(self, count: float) -> "Capacity":
        """Return the capacity for that many."""
        return Capacity(self.cpu * count, self.memory_gib * count)


def total(capacities: Iterable[Capacity]) -> Capacity:
    """Return the sum."""
    found = list(capacities)
    return Capacity(sum(each.cpu for each in found), sum(each.memory_gib for each in found))


def needed(manifests: Iterable[Manifest]) -> Capacity:
    """Return the capacity for all pods of some manifests: as many as autoscalers create, and one more in a rollout."""
    found = list(manifests)
    scalers = (each["spec"] for each in found if each["kind"] == "HorizontalPodAutoscaler")
    most = {spec["scaleTargetRef"]["name"]: spec["maxReplicas"] for spec in scalers}
    return total(_workload(each, most) for each in found)


def quota(where: str, capacity: Capacity, **more: int) -> tuple[Manifest, Manifest]:
    """Return the quota of a namespace, and the default requests of its containers.

    There is no default limit: it would be the limit of a container that requests more and names none, and refuse it.

    `more` are further resources that may be asked for, such as GPUs.
    """
    hard = {
        "requests.cpu": f"{round(capacity.cpu * 1000)}m",
        "requests.memory": f"{round(capacity.memory_gib * 1024)}Mi",
    }
    hard |= {f"requests.{name}": str(count) for name, count in more.items()}
    default = {
        "type": "Container",
        "defaultRequest": {"cpu": _DEFAULT_CPU, "memory": _DEFAULT_MEMORY},
    }
    return (
        manifest("v1", "ResourceQuota", _NAME, where, spec={"hard": hard}),
        manifest("v1", "LimitRange", _NAME, where, spec={"limits": [default]}),
    )


def _workload(found: Manifest, most: Mapping[str, int]) -> Capacity:
    spec = found.get("spec", {})
    match found["kind"]:
        case "Deployment":
            count = most.get(found["metadata"]["name"]) or spec["replicas"]
            surge = spec["strategy"].get("rollingUpdate", {}).get("maxSurge", 0)  # none where the old pod goes first
            return _pod(spec["template"]["spec"]).times(count + surge)
        case "Prometheus" | "Alertmanager":
            return _asked(spec["resources"]).times(spec["replicas"])
        case "RayCluster":
            head = [_pod(spec["headGroupSpec"]["template"]["spec"]), _asked(spec["autoscalerOptions"]["resources"])]
            groups = spec["workerGroupSpecs"]
            return total(head + [_pod(each["template"]["spec"]).times(each["maxReplicas"]) for each in groups])
        case _:
            return Capacity()


def _pod(spec: Mapping[str, Any]) -> Capacity:
    """Return the requests of a pod: the sum of its containers, or a larger init container."""
    together = total(_asked(each["resources"]) for each in spec["containers"])
    before = [_asked(each["resources"]) for each in spec.get("initContainers", [])]
    return Capacity(*(max(amounts) for amounts in zip(together, *before, strict=True)))


def _asked(resources: Mapping[str, Any]) -> Capacity:
    return Capacity(*(_amount(resources["requests"][name]) for name in ("cpu", "memory")))


def _amount(text: str) -> float:
    digits = text.rstrip("mMGi")
    return float(digits) * _UNITS[text[len(digits) :]]
