from ipaddress import IPv4Network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from infra.plans.aws.network import ZonePlan, plan_network
from sixfold.cluster import LARGEST_PREFIX, MANY_ZONES, SMALLEST_PREFIX

RESERVED = 5  # of each subnet, by AWS
letters = st.lists(st.sampled_from("abcdef"), min_size=2, max_size=MANY_ZONES, unique=True)
cidrs = st.builds(
    lambda prefix, bits: IPv4Network(((bits << (32 - prefix)) % 2**32, prefix)),
    st.integers(SMALLEST_PREFIX, LARGEST_PREFIX),
    st.integers(0, 2**16 - 1),
)


def subnets(zones: tuple[ZonePlan, ...]) -> list[IPv4Network]:
    return [IPv4Network(cidr) for zone in zones for cidr in (zone.private, zone.public, zone.control)]


@given(cidrs, letters)
def test_subnets_are_disjoint_and_inside_their_network(cidr: IPv4Network, zones: list[str]) -> None:
    found = subnets(plan_network(region="eu-west-1", cidr=cidr, zones=zones))
    assert len(found) == 3 * len(zones)
    assert not [(one, other) for one, other in combinations(found, 2) if one.overlaps(other)]
    assert all(subnet.subnet_of(cidr) and 16 <= subnet.prefixlen <= 28 for subnet in found)


@given(cidrs, letters)
def test_a_private_subnet_has_an_eighth_of_all_addresses(cidr: IPv4Network, zones: list[str]) -> None:
    for zone in plan_network(region="eu-west-1", cidr=cidr, zones=zones):
        assert IPv4Network(zone.private).num_addresses == cidr.num_addresses // 8
        assert IPv4Network(zone.public).num_addresses > RESERVED + len(zones)


@given(cidrs, letters)
def test_another_zone_moves_no_subnet(cidr: IPv4Network, zones: list[str]) -> None:
    before = plan_network(region="eu-west-1", cidr=cidr, zones=zones[:-1])
    assert plan_network(region="eu-west-1", cidr=cidr, zones=zones)[:-1] == before


def test_it_reads_like_this() -> None:
    assert plan_network(region="eu-west-1", cidr=IPv4Network("10.20.0.0/16"), zones=["a", "b"]) == (
        ZonePlan("eu-west-1a", private="10.20.0.0/19", public="10.20.32.0/20", control="10.20.63.240/28"),
        ZonePlan("eu-west-1b", private="10.20.64.0/19", public="10.20.96.0/20", control="10.20.127.240/28"),
    )
