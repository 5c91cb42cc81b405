"""From the stack file's pins to who answers, who is scraped, and what the stack says of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from infra.plans import names
from infra.plans.kubernetes.pods import PORT
from infra.plans.kubernetes.serving import release_name
from infra.plans.monitoring.prometheus import Target
from infra.plans.routing.traffic import Upstream, VersionTraffic
from sixfold.outputs import ServedProduct, ServedRelease, ServedVersion
from sixfold.release import SHORT
from sixfold.stack import Traffic

Pins = Mapping[str, Mapping[str, Traffic]]


def upstreams(pins: Pins, first_port: int) -> dict[str, dict[str, tuple[Upstream, ...]]]:
    """Return by product and API version who answers, each release at a port of its own."""
    keys = ["/".join(key) for key in _keys(pins)]
    ports = names.release_ports(first_port, keys)
    return _upstreams(pins, lambda *key: names.socket(ports["/".join(key)]))


def service_upstreams(pins: Pins, namespace: str) -> dict[str, dict[str, tuple[Upstream, ...]]]:
    """Return by product and API version who answers, each release behind a Service of its own."""
    return _upstreams(pins, lambda *key: f"{release_name(*key)}.{namespace}:{PORT}")


def _keys(pins: Pins) -> Iterator[tuple[str, str, str]]:
    for product, versions in pins.items():
        for version, traffic in versions.items():
            yield from ((product, version, pin.release) for pin in traffic.releases)


def _upstreams(pins: Pins, address: Callable[[str, str, str], str]) -> dict[str, dict[str, tuple[Upstream, ...]]]:
    return {
        product: {
            version: tuple(
                Upstream(release=pin.release, address=address(product, version, pin.release), weight=pin.weight)
                for pin in traffic.releases
            )
            for version, traffic in versions.items()
        }
        for product, versions in pins.items()
    }


def scrape_targets(traffic: Sequence[VersionTraffic], ports: Mapping[str, int]) -> list[Target]:
    """Return every process that serves, and the edge before them."""
    return [
        Target(job="edge", address=names.socket(ports["edge-admin"])),
        Target(job="router", address=names.socket(ports["router-admin"])),
        *(
            Target(
                job="serving",
                address=upstream.address,
                labels={
                    "product": version.product,
                    "api_version": version.version,
                    "release": upstream.release[:SHORT],
                },
            )
            for version in traffic
            for upstream in version.upstreams
        ),
    ]


def served(traffic: Sequence[VersionTraffic], edge: str) -> tuple[ServedProduct, ...]:
    """Return the traffic plan as the stack's output shows it; `edge` is the base URL."""
    return tuple(
        ServedProduct(
            name=product,
            api_versions=tuple(
                ServedVersion(
                    version=version.version,
                    url=f"{edge}{version.path}",
                    status=version.status,
                    releases=tuple(ServedRelease(release=up.release, weight=up.weight) for up in version.upstreams),
                )
                for version in versions
            ),
        )
        for product, versions in groupby(traffic, key=lambda version: version.product)
    )
