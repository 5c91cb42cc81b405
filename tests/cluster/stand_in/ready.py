"""When an object that was applied is ready, as pulumi-kubernetes sees it: https://www.pulumi.com/registry/packages/kubernetes/"""

from collections.abc import Callable

from tests.cluster.stand_in.objects import Object


def waits_for(live: Object) -> str | None:
    """Return the missing condition, or None for a ready object; kinds that are not listed are ready at once."""
    return _KINDS.get(live["kind"], lambda _: None)(live)


def needs_endpoints(live: Object) -> bool:
    """Tell whether it is a Service that is not ready before a pod answers for it."""
    spec = live.get("spec", {})
    selects = bool(spec.get("selector")) and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None"
    return live["kind"] == "Service" and selects


def _rolled_out(live: Object) -> str | None:
    wanted, status = live["spec"].get("replicas", 1), live.get("status", {})
    if status.get("observedGeneration", 0) < live["metadata"]["generation"]:
        return "its controller has not seen it yet"
    counts = {name: status.get(name, 0) for name in ("updatedReplicas", "availableReplicas", "replicas")}
    return None if set(counts.values()) == {wanted} else f"of {wanted} replicas there are {counts}"


def _condition(name: str) -> Callable[[Object], str | None]:
    def check(live: Object) -> str | None:
        conditions = live.get("status", {}).get("conditions") or []  # null while a definition is new
        is_met = any(each["type"] == name and each["status"] == "True" for each in conditions)
        return None if is_met else f"it has no condition {name}"

    return check


_KINDS: dict[str, Callable[[Object], str | None]] = {
    "Deployment": _rolled_out,
    "Pod": _condition("Ready"),
    "Job": _condition("Complete"),
    "CustomResourceDefinition": _condition("Established"),
}
