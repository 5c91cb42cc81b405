"""The traffic plan: which release answers what share of each product's API version.

The edge, the portal and the Gateway API routes are all rendered from it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from pydantic import Field

from infra.plans import names
from sixfold.contract import Product
from sixfold.declared import Strict
from sixfold.errors import SixfoldError
from sixfold.outputs import ServedProduct, ServedRelease, ServedVersion
from sixfold.stack import Traffic
from sixfold.versions import Status, number_of


class Upstream(Strict):
    """One release of an API version. It answers `weight` per cent of the requests; `address` is host:port.

    Where there are several, each scores the requests that the others answer.
    """

    release: str
    address: str
    weight: Annotated[int, Field(ge=0, le=100)]


class VersionTraffic(Strict):
    """Upstreams of one API version; none is valid. `successor` is the version to move to, `guide` says how."""

    product: str
    version: str
    status: Status
    upstreams: tuple[Upstream, ...] = ()
    deprecated: date | None = None
    sunset: date | None = None
    successor: str | None = None
    guide: str | None = None

    @property
    def path(self) -> str:
        """Where the edge serves it, such as `/<product>/v1`."""
        return f"/{self.product}/{self.version}"

    @property
    def served(self) -> bool:
        """Whether requests reach a release."""
        return bool(self.upstreams) and self.status is not Status.RETIRED


Pins = Mapping[str, Mapping[str, Traffic]]
"""The releases that a stack file names, by product and API version."""
Address = Callable[[str, str, str], str]
"""Takes product, API version and release; returns the address of the release, host:port."""


def local_addresses(pins: Pins, first_port: int) -> Address:
    """Return the addresses of releases on this machine, each at a port of its own."""
    keys = (
        f"{product}/{version}/{pin.release}"
        for product, versions in pins.items()
        for version, traffic in versions.items()
        for pin in traffic.releases
    )
    ports = names.release_ports(first_port, keys)
    return lambda *key: names.socket(ports["/".join(key)])


def plan_traffic(
    *, products: Mapping[str, Product], pins: Pins, address: Address, today: date
) -> tuple[VersionTraffic, ...]:
    """Return one entry for each API version of each product, in order of product and version.

    Args:
        products: contracts by product name.
        pins: the releases of the stack file; an API version that it does not name has no release.
        address: the runtime's addresses of releases.
        today: settles which versions are deprecated or retired.

    Raises:
        SixfoldError: a release is pinned for a version that no contract declares.

    """
    for product, versions in pins.items():
        for version in versions:
            _require_declared(product, version, products)
    return tuple(
        _version(products[product], version, _upstreams(product, version, pins, address), today)
        for product in sorted(products)
        for version in sorted(products[product].api_versions, key=number_of)
    )


def served(traffic: Sequence[VersionTraffic], edge: str, anonymous: Collection[str] = ()) -> tuple[ServedProduct, ...]:
    """Return the traffic plan as the stack's output shows it.

    Args:
        traffic: the traffic plan.
        edge: the base URL.
        anonymous: the products that answer calls without a key.

    """
    return tuple(
        ServedProduct(
            name=product,
            anonymous=product in anonymous,
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


def _version(product: Product, version: str, upstreams: tuple[Upstream, ...], today: date) -> VersionTraffic:
    declared = product.api_versions[version]
    return VersionTraffic(
        product=product.name,
        version=version,
        status=declared.status(today),
        upstreams=upstreams,
        deprecated=declared.deprecated,
        sunset=declared.sunset,
        successor=_successor(product, version, today),
        guide=declared.guide,
    )


def _successor(product: Product, version: str, today: date) -> str | None:
    """Return the newest current version above this one."""
    newer = (v for v, declared in product.api_versions.items() if declared.status(today) is Status.CURRENT)
    return max((v for v in newer if number_of(v) > number_of(version)), key=number_of, default=None)


def _upstreams(product: str, version: str, pins: Pins, address: Address) -> tuple[Upstream, ...]:
    traffic = pins.get(product, {}).get(version, Traffic())
    return tuple(
        Upstream(release=pin.release, address=address(product, version, pin.release), weight=pin.weight)
        for pin in traffic.releases
    )


def _require_declared(product: str, version: str, products: Mapping[str, Product]) -> None:
    if product not in products or version not in products[product].api_versions:
        declared = [f"{p}/{v}" for p in sorted(products) for v in products[p].api_versions]
        raise SixfoldError(
            f"releases are pinned for {product}/{version}, which no product contract declares",
            remedy=f"declare it in the product's product.yaml, or use one of: {', '.join(declared) or 'none yet'}",
        )
