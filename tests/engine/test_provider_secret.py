"""A secret's value stays where it belongs."""

from collections.abc import Callable
from typing import Any

PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.secretsmanager import Secret, SecretArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}"))
Secret("door", SecretArgs(name="{name}", value="{value}"), pulumi.ResourceOptions(provider=aws))
"""


def test_a_value_shows_neither_in_the_state_nor_in_what_is_printed(
    pulumi_project: Callable[..., Any], moto: str
) -> None:
    project = pulumi_project(PROGRAM.format(moto=moto, name="door", value="opensesame"))
    said = [project.up("--diff")]
    project.write(PROGRAM.format(moto=moto, name="door", value="swordfish"))
    said += [project.preview(), project.up("--diff"), project.refresh("--diff")]
    project.write(PROGRAM.format(moto=moto, name="a door", value="swordfish"))
    said += [project.up("--diff", check=False), project.cli("stack", "export")]
    assert said[-2].returncode
    shown = "".join(result.stdout + result.stderr for result in said)
    assert "[secret]" in shown
    assert "opensesame" not in shown
    assert "swordfish" not in shown
