from hypothesis import given
from hypothesis import strategies as st

from infra.plans.names import FIRST_RELEASE, LAST_RELEASE, endpoints, release_ports, service_ports
from sixfold.outputs import without_login

KEYS = st.sets(st.text(min_size=1, max_size=20), max_size=100)


@given(KEYS)
def test_every_release_has_a_port_of_its_own_beside_the_services(keys: set[str]) -> None:
    ports = release_ports(4600, keys)
    assert len(set(ports.values())) == len(keys)
    assert set(ports.values()) <= set(range(4600 + FIRST_RELEASE, 4600 + LAST_RELEASE + 1))
    assert set(ports.values()).isdisjoint(service_ports(4600).values())


@given(KEYS)
def test_ports_do_not_depend_on_the_order_of_releases(keys: set[str]) -> None:
    assert release_ports(4600, sorted(keys)) == release_ports(4600, sorted(keys, reverse=True))


def test_an_address_for_people_has_no_login() -> None:
    address = endpoints(service_ports(4600), "sixfold:key").prometheus
    assert address == "http://sixfold:key@127.0.0.1:4605"
    assert without_login(f"{address}/a@b does not answer") == "http://127.0.0.1:4605/a@b does not answer"


def test_a_release_keeps_its_port_when_another_comes() -> None:
    before, after = release_ports(4600, ["p/v1/aaa"]), release_ports(4600, ["p/v1/aaa", "p/v1/bbb"])
    assert before["p/v1/aaa"] == after["p/v1/aaa"]
