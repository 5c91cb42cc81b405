"""Look-ups in a program, run by the real engine."""

from collections.abc import Callable
from typing import Any

PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.vpc import Vpc, VpcArgs
from pulumi_sixfold.resources.lookups import GetVpcArgs, get_availability_zones, get_region, get_vpc

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}"))
made = Vpc("made", VpcArgs(cidr="10.7.0.0/16"), pulumi.ResourceOptions(provider=aws))
ask = pulumi.InvokeOptions(provider=aws)
pulumi.export("cidr", get_vpc(GetVpcArgs(id=made.id), ask).cidr)
pulumi.export("zones", get_availability_zones(ask).names)
pulumi.export("region", get_region(ask).name)
"""


def test_a_program_looks_up_what_a_preview_does_not_know_yet(pulumi_project: Callable[..., Any], moto: str) -> None:
    project = pulumi_project(PROGRAM.format(moto=moto))
    project.preview()
    project.up()
    zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert project.outputs() == {"cidr": "10.7.0.0/16", "zones": zones, "region": "eu-west-1"}


def test_what_is_not_there_fails_with_what_to_give(pulumi_project: Callable[..., Any], moto: str) -> None:
    project = pulumi_project(PROGRAM.format(moto=moto).replace("id=made.id", "tags={'Name': 'none'}"))
    failed = project.up(check=False)
    assert failed.returncode != 0
    assert "tag:Name=none must fit one VPC in eu-west-1, and fits none" in failed.stdout + failed.stderr
