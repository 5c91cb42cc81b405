"""The traffic plan: which release answers what share of each product's API version.

The edge, the portal and the Gateway API routes are all rendered from it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from pydantic import Field

from infra.plans import names
from sixfold.contract import Product, Status, Strict
from sixfold.errors import SixfoldError
from sixfold.outputs import ServedProduct, ServedRelease, ServedVersion
from sixfold.release import SHORT
from sixfold.stack import Traffic


class Upstream(Strict):
    """One release of an API version. It answers `weight` per cent of the requests; `address` is host:port.

    Where there are several, each scores the requests that the others answer.
    """

    release: str
    address: str
    weight: Annotated[int, Field(ge=0, le=100)]


class VersionTraffic(Strict):
    """Upstreams of one API version; none is valid. `successor` is the version to move to."""

    product: str
    version: str
    status: Status
    upstreams: tuple[Upstream, ...] = ()
    deprecated: date | None = None
    sunset: date | None = None
    successor: str | None = None

    @property
    def path(self) -> str:
        """Where the edge serves it, such as `/flight-delays/v1`."""
        return f"/{self.product}/{self.version}"

    @property
    def served(self) -> bool:
        """Whether requests reach a release."""
        return bool(self.upstreams) and self.status is not Status.RETIRED


Pins = Mapping[str, Mapping[str, Traffic]]
"""The releases that a stack file names, by product and API version."""
Upstreams = Mapping[str, Mapping[str, tuple[Upstream, ...]]]
"""The same releases with their addresses."""


def upstreams(pins: Pins, address: Callable[[str, str, str], str]) -> Upstreams:
    """Return each release with its address; `address` takes product, API version and release."""
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


def local_upstreams(pins: Pins, first_port: int) -> Upstreams:
    """Return each release at a port of its own on this machine."""
    ports = names.release_ports(first_port, ("/".join(key) for key in _keys(pins)))
    return upstreams(pins, lambda *key: names.socket(ports["/".join(key)]))


def _keys(pins: Pins) -> Iterator[tuple[str, str, str]]:
    for product, versions in pins.items():
        for version, traffic in versions.items():
            yield from ((product, version, pin.release) for pin in traffic.releases)


def plan_traffic(*, products: Mapping[str, Product], upstreams: Upstreams, today: date) -> tuple[VersionTraffic, ...]:
    """Return one entry for each API version of each product, in order of product and version.

    Args:
        products: contracts by product name.
        upstreams: releases by product and API version, as pinned by the stack; what is not named has no release.
        today: settles which versions are deprecated or retired.

    Raises:
        SixfoldError: weights do not add up to 100, or a release is given to a version that no contract declares.

    """
    for product, versions in upstreams.items():
        for version, given in versions.items():
            _check(product, version, given, products)
    return tuple(
        _version(products[product], version, upstreams.get(product, {}).get(version, ()), today)
        for product in sorted(products)
        for version in sorted(products[product].api_versions, key=_number)
    )


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


def _version(product: Product, version: str, given: tuple[Upstream, ...], today: date) -> VersionTraffic:
    declared = product.api_versions[version]
    return VersionTraffic(
        product=product.name,
        version=version,
        status=declared.status(today),
        upstreams=given,
        deprecated=declared.deprecated,
        sunset=declared.sunset,
        successor=_successor(product, version, today),
    )


def _successor(product: Product, version: str, today: date) -> str | None:
    """Return the newest live version above this one."""
    newer = (v for v, declared in product.api_versions.items() if declared.status(today) is Status.LIVE)
    return max((v for v in newer if _number(v) > _number(version)), key=_number, default=None)


def _number(version: str) -> int:
    return int(version.removeprefix("v"))  # v10 comes after v9


def _check(product: str, version: str, given: tuple[Upstream, ...], products: Mapping[str, Product]) -> None:
    name = f"{product}/{version}"
    if product not in products or version not in products[product].api_versions:
        known = [f"{p}/{v}" for p in sorted(products) for v in products[p].api_versions]
        raise SixfoldError(
            f"releases are pinned for {name}, which no product contract declares",
            remedy=f"declare it in the product's product.yaml, or use one of: {', '.join(known) or 'none yet'}",
        )
    total = sum(upstream.weight for upstream in given)
    if given and total != 100:  # noqa: PLR2004 - per cent
        raise SixfoldError(
            f"the weights of {name} add up to {total}, not 100: "
            + ", ".join(f"{upstream.release[:SHORT]} {upstream.weight}" for upstream in given),
            remedy="correct the weights under products in the stack file",
        )
    if len({upstream.address for upstream in given}) < len(given):
        raise SixfoldError(
            f"two releases of {name} have the same address",
            remedy="name each release only once for an API version in the stack file",
        )
