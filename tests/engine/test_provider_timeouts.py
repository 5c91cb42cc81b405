"""Pulumi's own `custom_timeouts` on a resource of the provider."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.sns import Topic

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}"))
times = pulumi.CustomTimeouts(create="7m", delete="90s")
Topic("news", opts=pulumi.ResourceOptions(provider=aws, custom_timeouts=times))
"""


def test_the_engine_hands_the_times_of_the_program_to_the_provider(
    pulumi_project: Callable[..., Any], moto: str
) -> None:
    project = pulumi_project(PROGRAM.format(moto=moto))
    log = project.root / "calls.json"
    logged = replace(project, env={**project.env, "PULUMI_DEBUG_GRPC": str(log)})
    logged.up()
    logged.destroy()
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    given = {call["method"].rsplit("/", 1)[-1]: call["request"].get("timeout") for call in calls}
    assert (given["Create"], given["Delete"]) == (420, 90)
