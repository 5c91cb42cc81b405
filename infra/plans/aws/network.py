"""A VPC's addresses: which part of them each subnet has.

A VPC is cut into as many equal slots as it may have zones, so that a zone keeps its addresses when another comes after
it. The first half of a slot is private, a quarter public, and the last quarter is kept for what comes later, but for
its end: there stands the control plane.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import NamedTuple

from sixfold.cluster import MANY_ZONES

# EKS wants sixteen: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
_CONTROL_PREFIX = 28


class ZonePlan(NamedTuple):
    """The subnets of one availability zone, such as `eu-west-1a`; machines and pods live in the private one.

    `control` is the control plane's alone. Pods have addresses of the VPC: a network policy can tell the API server
    from them only by a subnet in which no pod can be.
    """

    zone: str
    private: str
    public: str
    control: str


def plan_network(*, region: str, cidr: IPv4Network, zones: Sequence[str]) -> tuple[ZonePlan, ...]:
    """Return the subnets of each zone, in the order given; `zones` are letters, four at most."""
    slots = cidr.subnets(prefixlen_diff=(MANY_ZONES - 1).bit_length())
    return tuple(_zone(f"{region}{letter}", slot) for letter, slot in zip(zones, slots, strict=False))


def _zone(zone: str, slot: IPv4Network) -> ZonePlan:
    private, rest = slot.subnets(1)
    public, _ = rest.subnets(1)
    *_, control = slot.subnets(new_prefix=_CONTROL_PREFIX)
    return ZonePlan(zone=zone, private=str(private), public=str(public), control=str(control))
