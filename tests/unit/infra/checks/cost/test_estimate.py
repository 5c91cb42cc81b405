"""Cost of a stack at rest."""

import pytest

from infra.checks.cost.estimate import (
    Line,
    Resource,
    component,
    estimate,
    total,
)
from infra.checks.cost.rates import CHARGES
from infra.checks.cost.report import report
from infra.checks.cost.table import prices
from pulumi_sixfold.catalogue import HANDLERS
from sixfold.errors import SixfoldError

TABLE = prices()


def resource(kind: str, region: str = "us-east-1", **props: object) -> Resource:
    return Resource(f"urn:pulumi:dev::sixfold::sixfold:components:Network${kind}::it", props, region)


def usd(kind: str, region: str = "us-east-1", **props: object) -> float:
    return round(total(estimate([resource(kind, region, **props)], TABLE)), 2)


def test_every_type_of_the_provider_has_a_price_or_a_reason_to_have_none() -> None:
    for handler in HANDLERS:
        assert bool(handler.facts.charges) != bool(handler.facts.free), handler.facts.token


def test_every_type_that_is_charged_for_has_its_rates_in_the_table() -> None:
    everything = {
        "spec": {"type": "LoadBalancer"},
        "type": "Interface",
        "subnet_ids": ["a"],
        "instance_types": ["m5.large"],
        "min_size": 1,
    }
    assert all(usd(kind, **everything) for kind in CHARGES)


@pytest.mark.parametrize(
    ("kind", "props", "expected"),
    [
        ("cloudwatch:Alarm", {}, 0.10),
        ("cloudwatch:Alarm", {"period_s": 10}, 0.30),
        ("ec2:NatGateway", {}, 730 * (0.045 + 0.005)),
        ("ec2:VpcEndpoint", {"type": "Gateway"}, 0),
        ("ec2:VpcEndpoint", {"type": "Interface", "subnet_ids": ["a", "b"]}, 730 * 0.01 * 2),
        ("eks:Cluster", {}, 73),
        ("eks:NodeGroup", {"instance_types": ["m6i.large", "m5.large"], "min_size": 2}, 2 * (730 * 0.096 + 50 * 0.08)),
        ("kms:Key", {}, 1),
        ("secretsmanager:Secret", {}, 0.40),
        ("s3:Bucket", {}, 0),
    ],
)
def test_a_resource_costs_what_stands_whether_it_is_used_or_not(
    kind: str, props: dict[str, object], expected: float
) -> None:
    assert usd(f"sixfold:{kind}", **props) == round(expected, 2)


def test_a_load_balancer_behind_a_kubernetes_service_costs() -> None:
    assert usd("kubernetes:core/v1:Service", spec={"type": "LoadBalancer"}) == round(730 * 0.0225, 2)
    assert usd("kubernetes:core/v1:Service", spec={"type": "ClusterIP"}) == 0


def test_prices_are_those_of_the_region() -> None:
    assert usd("sixfold:ec2:NatGateway", "eu-central-1") > usd("sixfold:ec2:NatGateway", "us-east-1")


def test_all_regions_price_the_same_machines() -> None:
    kinds = {frozenset(region.instance_hour) for region in TABLE.regions.values()}
    assert len(kinds) == 1


def test_a_region_without_prices_is_an_error_that_says_where_to_add_them() -> None:
    with pytest.raises(SixfoldError, match=r"(?s)no prices for the region mars-1.*infra/checks/cost/aws.yaml"):
        usd("sixfold:kms:Key", "mars-1")


def test_a_machine_without_a_price_is_shown_as_such_and_not_as_free() -> None:
    lines = estimate([resource("sixfold:eks:NodeGroup", instance_types=["x9.mega"], min_size=1)], TABLE)
    assert [line.usd for line in lines] == [None]
    assert "         ?    NodeGroup it: no price of x9.mega\n" in report("dev", "us-east-1", lines, TABLE, None)


def test_what_is_not_known_yet_costs_nothing() -> None:
    assert estimate([resource("sixfold:eks:NodeGroup", instance_types=object(), min_size=1)], TABLE) == []


def test_the_component_is_the_innermost_one() -> None:
    urn = "urn:pulumi:dev::sixfold::sixfold:components:A$sixfold:components:B$sixfold:kms:Key::lake"
    assert component(urn) == "B"
    assert component("urn:pulumi:dev::sixfold::sixfold:kms:Key::lake") == "-"


def test_the_report_sums_by_component_and_names_the_budget() -> None:
    lines = [
        Line("A", "Key lake", "", 1.0),
        Line("A", "Secret s", "", 0.4),
        Line("B", "Cluster c", "control plane", 73),
    ]
    assert report("dev", "us-east-1", lines, TABLE, 100).splitlines()[1:] == [
        "      1.40  A",
        "      1.00    Key lake",
        "      0.40    Secret s",
        "     73.00  B",
        "     73.00    Cluster c: control plane",
        "     74.40  in all",
        "    100.00  budget",
    ]


def test_the_order_of_declaration_makes_no_difference() -> None:
    some = [resource("sixfold:kms:Key"), resource("sixfold:ec2:NatGateway"), resource("sixfold:eks:Cluster")]
    assert estimate(some, TABLE) == estimate(reversed(some), TABLE)
