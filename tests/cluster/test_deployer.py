"""The whole dev stack, made, looked at and removed by its deployer: a role with just the generated policies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from infra.checks.deployer.policies import policies
from infra.plans.aws.statements import Document
from sixfold.cluster import Operator
from sixfold.stack import parse
from tests.iam._role import Caller

ROOT = Path(__file__).parents[2]
DEV = yaml.safe_load((ROOT / "stacks" / "Pulumi.dev.yaml").read_text())["config"]["sixfold:platform"]

Deploy = Callable[..., Any]


@pytest.fixture
def documents(tmp_path: Path) -> list[Document]:
    return policies("test", parse(DEV, "Pulumi.dev.yaml"), root=ROOT, home=tmp_path)


@pytest.fixture
def deploy(session_caller: Caller, make_project: Deploy) -> Deploy:
    """A function that gives the dev stack, run in a role with these policies and nothing more."""
    session_caller.start_over()

    def project(documents: list[Document]) -> Any:
        role = session_caller.take_role(*documents)
        settings = DEV | {"aws_endpoint": session_caller.endpoint, "role_arn": role}
        settings["cluster"] = DEV["cluster"] | {"context": "test", "present": get_args(Operator)}
        return make_project((ROOT / "infra" / "__main__.py").read_text(), platform=json.dumps(settings))

    return project


def test_the_deployer_needs_its_policies_and_nothing_more(deploy: Deploy, documents: list[Document]) -> None:
    dev = deploy(documents)
    dev.up()
    dev.preview("--expect-no-changes")
    dev.refresh("--expect-no-changes")
    dev.destroy()
    assert dev.resources() == {}


def test_a_deployer_who_lacks_rights_is_told_which_and_goes_on_with_them(
    deploy: Deploy, documents: list[Document], session_caller: Caller
) -> None:
    dev = deploy(documents[:1])
    refused = dev.up("--continue-on-error", check=False)
    assert "→ allow kms:DescribeKey to whoever runs this" in refused.stdout + refused.stderr
    session_caller.allow(*documents)
    dev.up()
    dev.preview("--expect-no-changes")
