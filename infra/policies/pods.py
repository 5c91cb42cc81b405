"""The pods in a Kubernetes resource, whatever its kind: one that has `containers` under a `spec` is one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from infra.policies.rule import Check, Props
from infra.policies.values import get, items

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


class Part(NamedTuple):
    """A pod's spec, or one of its containers, and where it is: `spec.template.spec.containers[web]`."""

    where: str
    spec: dict[str, Any]


class Pod(NamedTuple):
    """A pod, or the template of one."""

    whole: Part
    containers: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pod and its containers: what has a securityContext."""
        return (self.whole, *self.containers)

    def settled(self, container: Part, *path: str) -> Any:  # noqa: ANN401 - any property value
        """Return a value of a container's securityContext; what it leaves open, the pod decides."""
        own = get(container.spec, "securityContext", *path)
        return get(self.whole.spec, "securityContext", *path) if own is None else own


def pods(value: object, where: str = "") -> Iterator[Pod]:
    """Find every pod and template, at any depth: Deployments, CronJobs, RayClusters, custom resources to come."""
    if isinstance(value, dict):
        spec = get(value, "spec")
        if isinstance(spec, dict) and "containers" in spec:
            yield _pod(spec, f"{where}spec")
        for name, part in value.items():
            yield from pods(part, f"{where}{name}.")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from pods(part, f"{where.rstrip('.')}[{number}].")


def each_pod(look: Callable[[Pod], Iterable[str]]) -> Check:
    """Return the check of every pod in a resource."""

    def check(props: Props) -> Iterable[str]:
        for pod in pods(props):
            yield from look(pod)

    return check


def _pod(spec: dict[str, Any], where: str) -> Pod:
    found = (
        Part(f"{where}.{kind}[{get(container, 'name') or number}]", container)
        for kind in _CONTAINERS
        for number, container in enumerate(items(spec.get(kind)))
        if isinstance(container, dict)
    )
    return Pod(Part(where, spec), tuple(found))
