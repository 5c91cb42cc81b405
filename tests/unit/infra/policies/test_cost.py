"""The budget of a stack."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.checks.cost.estimate import Resource
from infra.policies.rules.cost import over_budget

KEY = Resource("urn:pulumi:dev::sixfold::sixfold:components:DataLake$sixfold:kms:Key::lake", {}, "eu-west-1")
MACHINES = Resource(
    "urn:pulumi:dev::sixfold::sixfold:eks:NodeGroup::n", {"instance_types": ["x9"], "min_size": 1}, "eu-west-1"
)
PROGRAM = """
import pulumi
from pulumi_sixfold.resources.kms import Key
from pulumi_sixfold.resources.provider import Provider, ProviderArgs

tags = {{"sixfold:stack": "test"}}
aws = Provider("aws", ProviderArgs(region="eu-west-1", account="123456789012", default_tags=tags{more}))
for name in "abc":
    Key(name, opts=pulumi.ResourceOptions(provider=aws))
"""
SETTINGS = {"runtime": "processes", "region": "eu-west-1", "local": {"first_port": 4600}}


def test_a_stack_within_its_budget_passes() -> None:
    assert not list(over_budget([KEY, KEY], 2))


def test_a_stack_without_a_budget_may_cost_anything() -> None:
    assert not list(over_budget([KEY] * 1000, None))


def test_a_stack_beyond_its_budget_is_told_by_how_much_and_what_is_dearest() -> None:
    (found,) = over_budget([KEY, KEY], 1.5)
    assert "costs 2.00 USD a month at rest, and budget_usd is 1.50" in found
    assert "Key lake of DataLake with 1.00" in found


def test_a_budget_is_not_held_by_what_has_no_price() -> None:
    assert "no price of x9" in next(iter(over_budget([MACHINES], 1_000_000)))


@pytest.mark.parametrize(("budget", "code"), [(2.5, 255), (3.5, 0)])
def test_the_engine_stops_a_preview_that_is_over_budget(preview: Callable[..., Any], budget: float, code: int) -> None:
    result = preview(PROGRAM.format(more=""), SETTINGS | {"budget_usd": budget})
    assert (result.returncode == 0) == (code == 0), result.stdout
    assert ("[mandatory]  Cost.1" in result.stdout) == (code != 0)


def test_a_stand_in_for_aws_costs_nothing(preview: Callable[..., Any]) -> None:
    result = preview(PROGRAM.format(more=", endpoint='http://127.0.0.1:1'"), SETTINGS | {"budget_usd": 0})
    assert result.returncode == 0, result.stdout
