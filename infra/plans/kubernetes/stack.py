"""All manifests of serving, in the order of their creation."""

from collections.abc import Mapping
from typing import Any

from infra.plans.kubernetes import gateway, network_policy, pods, serving
from infra.plans.kubernetes.manifest import Manifest, Phase, Phases, manifest, namespace
from infra.plans.kubernetes.quota import needed, quota
from infra.plans.kubernetes.target import KubernetesTarget
from infra.plans.routing.traffic import VersionTraffic

_GENERATIONS = 2  # while releases take over from others, both are there


def plan_serving(
    target: KubernetesTarget,
    traffic: tuple[VersionTraffic, ...],
    *,
    image: Any,  # noqa: ANN401 - a text, or an Output
    portal: str,
    environment: Mapping[str, Any],
) -> Phases:
    """Return the manifests of serving.

    Args:
        target: where.
        traffic: the traffic plan.
        image: the runner image; nothing is served without one.
        portal: the page at `/`, HTML.
        environment: what every pod of ours finds in its environment; its values may be known only later.

    """
    own = target.namespace
    behind = gateway.portal_manifests(target, traffic, portal=portal)
    versions = tuple(
        (_releases(version, own, image), gateway.version_route(target, version))
        for version in traffic
        if version.served
    )
    running = needed([*behind, *(each for releases, _ in versions for each in releases)])
    base = (
        *quota(own, running.times(_GENERATIONS)),
        network_policy.deny_all(own),
        serving.serving_policy(own, gateway=target.gateway, monitoring=target.monitoring),
        pods.account(serving.ACCOUNT, own),
        manifest("v1", "ConfigMap", pods.PLATFORM, own, data=dict(environment)),
    )
    phases = (
        Phase("namespace", (namespace(own),)),
        Phase("base", base, after=("namespace",)),
        Phase("gateway", gateway.gateway_manifests(target), after=("namespace",)),
        Phase("portal", behind, after=("base", "gateway")),
        *(phase for releases, route in versions for phase in _version(releases, route)),
    )
    return pods.restarted_by(phases, environment)


def _version(releases: tuple[Manifest, ...], route: Manifest) -> Phases:
    """Return the releases of an API version, and then its route: the old release answers until the new one is ready.

    An old release is deleted only after no route leads to it.
    """
    name = route["metadata"]["name"]
    return (
        Phase(f"{name} releases", releases, after=("base",)),
        Phase(f"{name} route", (route,), after=("gateway", f"{name} releases")),
    )


def _releases(version: VersionTraffic, namespace: str, image: Any) -> tuple[Manifest, ...]:  # noqa: ANN401 - as above
    return tuple(
        each
        for upstream in version.upstreams
        for each in serving.release_manifests(version, upstream, namespace=namespace, image=image)
    )
