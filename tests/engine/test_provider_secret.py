"""A secret's value stays where it belongs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.secretsmanager import Secret, SecretArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}"))
Secret("door", SecretArgs(name="{name}", value="{value}"), pulumi.ResourceOptions(provider=aws))
"""
PROCESS = """
import pulumi
from pulumi_sixfold.resources.process import Process, ProcessArgs

environment = {{"TOKEN": pulumi.Output.secret("hush-hush"), "REPLAY": "1", "MODE": "line"}}
command = ["sh", "-c", "echo line 11 of 21 failed; echo $TOKEN; exit 1"]
Process("p", ProcessArgs(home="{home}", command=command, health_url="http://127.0.0.1:9/", start_timeout_s=5,
                         environment=environment))
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


def test_a_secret_beside_short_values_leaves_an_error_readable(
    pulumi_project: Callable[..., Any], tmp_path: Path
) -> None:
    project = pulumi_project(PROCESS.format(home=tmp_path / "home"))
    said = project.up(check=False)
    assert "hush-hush" not in said.stdout + said.stderr
    assert "line 11 of 21 failed" in said.stdout
