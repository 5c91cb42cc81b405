"""A `pulumi preview` that would end an API version, by the real engine: refused, and allowed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from sixfold.registry.entries import Decision, Entry
from sixfold.stack import KEY, Pin
from sixfold.use import Called, Figures, keep, place
from sixfold.wire import ENV_HOME, ENV_RETIRE
from tests._projects import Project

DEV = yaml.safe_load((Path(__file__).parents[2] / "stacks" / "Pulumi.dev.yaml").read_text())["config"][
    "sixfold:platform"
]
NAME, NOW = "flight-delays", datetime.now(UTC)
LIVE = Entry(
    number=1,
    at=NOW - timedelta(days=99),
    product=NAME,
    versions={"v1": (Pin(release="a" * 64),)},
    feature_hash="f",
    decision=Decision(by="somebody", verdict="release", reason="by hand"),
)


@pytest.fixture(scope="module")
def dev(project_maker: Callable[..., Project]) -> Project:
    """The stack file of dev, from which the releases of a version that was live were taken out."""
    settings = DEV | {"products": {NAME: {"v1": {"releases": []}}}}
    project = project_maker("from infra import config\nconfig.read()", **{KEY: json.dumps(settings)})
    entry = Path(project.env[ENV_HOME], "ledger", "test", NAME, "000001.json")
    entry.parent.mkdir(parents=True)
    entry.write_text(LIVE.model_dump_json())
    return project


def test_a_preview_refuses_to_end_a_version_that_somebody_calls(dev: Project) -> None:
    calls = (Called(consumer="rebooking", version="v1", rows=1204, last=NOW),)
    keep(place(Path(dev.env[ENV_HOME]), "test", NAME), Figures(at=NOW, days=30, calls=calls))
    refused = dev.preview(check=False)
    said = refused.stdout + refused.stderr
    assert refused.returncode, said
    assert "flight-delays v1 may not end: rebooking called it: 1,204 rows" in said
    assert "it was never deprecated" in said
    assert "--retire flight-delays/v1" in said


def test_a_preview_ends_it_where_it_is_told_to_and_nothing_is_protected(dev: Project) -> None:
    told: dict[str, Any] = {**dev.env, ENV_RETIRE: f"{NAME}/v1"}
    replace(dev, env=told).preview()
