"""All manifests of serving, in the order in which they come to be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from infra.plans.kubernetes import (
    gateway as edge,
)
from infra.plans.kubernetes import (
    network_policy,
    pods,
    serving,
)
from infra.plans.kubernetes.manifest import Manifest, manifest, namespace
from infra.plans.kubernetes.quota import needed, quota
from infra.plans.kubernetes.target import Place
from infra.plans.routing.traffic import VersionTraffic

_GENERATIONS = 2  # while releases take over from others, both are there


class ServingPlan(NamedTuple):
    """Each part needs those before it; a route needs the releases of its own version, `versions` is a pair for each."""

    room: tuple[Manifest, ...]
    ground: tuple[Manifest, ...]
    gate: tuple[Manifest, ...]
    portal: tuple[Manifest, ...]
    versions: tuple[tuple[tuple[Manifest, ...], Manifest], ...]

    @property
    def all(self) -> tuple[Manifest, ...]:
        """Every manifest."""
        served = (each for releases, route in self.versions for each in (*releases, route))
        return (*self.room, *self.ground, *self.gate, *self.portal, *served)


def plan_serving(
    place: Place,
    traffic: tuple[VersionTraffic, ...],
    *,
    image: Any,  # noqa: ANN401 - a text, or an Output
    portal: str,
    environment: Mapping[str, Any],
) -> ServingPlan:
    """Return what serves.

    Args:
        place: where.
        traffic: the traffic plan.
        image: the runner image; nothing is served without one.
        portal: the page at `/`, HTML.
        environment: what every pod of ours finds in its environment; its values may be known only later.

    """
    own = place.namespace
    behind = edge.portal_manifests(place, traffic, portal=portal)
    versions = tuple(
        (_releases(version, own, image), edge.version_route(place, version)) for version in traffic if version.served
    )
    running = needed([*behind, *(each for releases, _ in versions for each in releases)])
    return ServingPlan(
        room=(namespace(own),),
        ground=(
            *quota(own, running.times(_GENERATIONS)),
            network_policy.deny_all(own),
            serving.serving_policy(own, gateway=place.gateway, monitoring=place.monitoring),
            pods.account(serving.ACCOUNT, own),
            manifest("v1", "ConfigMap", pods.PLATFORM, own, data=dict(environment)),
        ),
        gate=edge.gateway_manifests(place),
        portal=behind,
        versions=versions,
    )


def _releases(version: VersionTraffic, namespace: str, image: Any) -> tuple[Manifest, ...]:  # noqa: ANN401 - as above
    return tuple(
        each
        for upstream in version.upstreams
        for each in serving.release_manifests(version, upstream, namespace=namespace, image=image)
    )
