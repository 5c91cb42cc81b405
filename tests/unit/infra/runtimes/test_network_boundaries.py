"""Who reaches the pods of a stack over its network: nobody by an address that a machine or a pod may have."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from infra.checks.recording import Planned, record
from sixfold.stack import read

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module", params=["dev", "prod"])
def planned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Planned]:
    """A committed stack, from an account with nothing in it."""
    settings = read(ROOT / "stacks" / f"Pulumi.{request.param}.yaml")
    return record(request.param, settings, root=ROOT, home=tmp_path_factory.mktemp("home"))


def subnets(planned: list[Planned]) -> dict[str, IPv4Network]:
    """Return the addresses of each subnet by its id."""
    found = [each for each in planned if each.type == "sixfold:ec2:Subnet"]
    return {f"{each.urn.rsplit('::', 1)[-1]}-id": IPv4Network(each.inputs["cidr"]) for each in found}


def of_the_control_plane(planned: list[Planned]) -> set[str]:
    (cluster,) = (each for each in planned if each.type == "sixfold:eks:Cluster")
    return set(cluster.inputs["subnet_ids"])


def callers_by_address(planned: list[Planned]) -> Iterator[IPv4Network]:
    """Yield the addresses that network policies let in."""
    for policy in (each.inputs for each in planned if each.inputs.get("kind") == "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", ()):
            yield from (IPv4Network(peer["ipBlock"]["cidr"]) for peer in rule["from"] if "ipBlock" in peer)


def test_a_network_policy_lets_in_by_address_the_control_plane_alone(planned: list[Planned]) -> None:
    known = subnets(planned)
    assert set(callers_by_address(planned)) == {known[name] for name in of_the_control_plane(planned)}


def test_no_machine_and_no_pod_has_an_address_that_a_network_policy_lets_in(planned: list[Planned]) -> None:
    groups = [each.inputs["subnet_ids"] for each in planned if each.type == "sixfold:eks:NodeGroup"]
    machines = [subnets(planned)[name] for names in groups for name in names]
    assert machines
    assert not [one for one in callers_by_address(planned) for other in machines if one.overlaps(other)]


def test_in_the_subnets_of_the_control_plane_stands_nothing_else(planned: list[Planned]) -> None:
    stands: list[Mapping[str, Any]] = [
        each.inputs for each in planned if each.type not in {"sixfold:eks:Cluster", "sixfold:ec2:Subnet"}
    ]
    used = {name for inputs in stands for name in (*inputs.get("subnet_ids", ()), inputs.get("subnet_id"))}
    assert used
    assert not used & of_the_control_plane(planned)
