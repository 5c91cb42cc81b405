"""The traffic plan: which release answers what share of each product's API version.

The edge, the portal and the Gateway API routes are all rendered from it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from sixfold.contract import Product, Status, Strict
from sixfold.errors import SixfoldError
from sixfold.release import SHORT


class Upstream(Strict):
    """One release of an API version. It answers `weight` per cent of the requests; `address` is host:port.

    Where there are several, each scores the requests that the others answer.
    """

    release: str
    address: str
    weight: Annotated[int, Field(ge=0, le=100)]


class VersionTraffic(Strict):
    """Who answers one API version; nobody (no upstreams) is a valid answer. `successor` is what to move to."""

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


Upstreams = Mapping[str, Mapping[str, tuple[Upstream, ...]]]


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
