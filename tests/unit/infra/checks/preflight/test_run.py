"""`sixfold preflight`, with moto as the account."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from delivery.commands import app
from delivery.engine import Engine
from infra.checks.preflight.run import problems
from infra.checks.recording import Planned
from infra.checks.state import Held
from sixfold.stack import Settings, read

ROOT = Path(__file__).parents[5]
DEV = read(ROOT / "stacks" / "Pulumi.dev.yaml")
NETWORK = Planned(
    "urn:pulumi:dev::sixfold::sixfold:ec2:Vpc::network", "sixfold:ec2:Vpc", {"cidr": "10.20.0.0/16"}, {}, frozenset()
)
ALLOWED = [{"EvalActionName": "ec2:DescribeVpcs", "EvalDecision": "allowed"}]
STATEMENTS = 7  # of a VPC's deployer: on everything, VPCs, quotas, itself; and what the leak check lists, by service


@pytest.fixture
def look(moto: str) -> Iterator[Callable[..., list[str]]]:
    """A function that looks at NETWORK in the moto account, where IAM's simulation answers `decisions`."""
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            session: Any = boto3.Session(region_name="eu-west-1")
            made[service] = session.client(service, endpoint_url=moto)
        return made[service]

    def run(decisions: object = ALLOWED, settings: Settings = DEV, held: Any = ()) -> list[str]:
        with Stubber(client("iam")) as iam:  # moto has no simulation
            if isinstance(decisions, str):
                iam.add_client_error("simulate_principal_policy", decisions)
            else:
                for found in (decisions, *[ALLOWED] * (STATEMENTS - 1)):
                    iam.add_response("simulate_principal_policy", {"EvaluationResults": found})
            arn = "arn:aws:iam::123456789012:user/me"
            client("sts").get_caller_identity = lambda: {"Account": "123456789012", "Arn": arn}
            return [problem.what for problem in problems([NETWORK], settings, held, client)]

    yield run
    for each in made.values():
        each.close()


@pytest.fixture
def vpcs(moto: str) -> Iterator[Callable[..., list[str]]]:
    """A function that makes VPCs, and returns their ids."""
    client = boto3.client("ec2", endpoint_url=moto)
    yield lambda *cidrs: [client.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"] for cidr in cidrs]
    client.close()


def test_an_account_with_room_has_no_problems(look: Callable[..., list[str]]) -> None:
    assert look() == []


def test_all_problems_come_in_one_list(look: Callable[..., list[str]], vpcs: Callable[..., list[str]]) -> None:
    vpcs("10.20.0.0/20", "10.9.0.0/16", "10.8.0.0/16", "10.7.0.0/16")
    settings = DEV.model_copy(update={"account": "999999999999", "region": "eu-west-9"})
    found = look([{"EvalActionName": "ec2:CreateVpc", "EvalDecision": "implicitDeny"}], settings)
    assert [what.split(";")[0][:40] for what in found] == [
        "the AWS credentials belong to account 12",
        "the region eu-west-9 does not exist, or ",
        "arn:aws:iam::123456789012:user/me may no",
        "the stack needs 1 more VPCs",
        "the VPC network with 10.20.0.0/16 overla",
    ]


def test_a_stack_that_is_up_is_not_in_its_own_way(
    look: Callable[..., list[str]], vpcs: Callable[..., list[str]]
) -> None:
    mine, *_ = vpcs("10.20.0.0/16", "10.9.0.0/16", "10.8.0.0/16", "10.7.0.0/16")
    assert look(held=[Held("sixfold:ec2:Vpc", mine, NETWORK.urn)]) == []


def test_what_the_account_refuses_to_tell_is_a_problem(look: Callable[..., list[str]]) -> None:
    assert look("AccessDenied") == ["AWS refused SimulatePrincipalPolicy: AccessDenied: "]


def test_without_credentials_it_says_so_at_once_and_changes_nothing(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    state = {"PULUMI_BACKEND_URL": f"file://{tmp_path}", "PULUMI_CONFIG_PASSPHRASE": "", "SIXFOLD_HOME": str(tmp_path)}
    command = [Path(sys.prefix, "bin", "sixfold"), "preflight", "--stack", "dev"]
    done = subprocess.run(command, cwd=ROOT, env=bare | state, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Unable to locate credentials" in done.stderr
    assert "AWS_PROFILE" in done.stderr


def test_an_up_looks_first_unless_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr("infra.checks.preflight.run.preflight", lambda *_, **__: done.append("preflight") or [])

    def select(_: Engine) -> None:
        done.append("engine")
        raise InterruptedError

    monkeypatch.setattr(Engine, "select", select)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")  # a state in a file is refused before
    for arguments in ([], ["--skip-preflight"]):
        shown = CliRunner().invoke(app, ["up", "--stack", "dev", *arguments])
        assert isinstance(shown.exception, InterruptedError)
    assert done == ["preflight", "engine", "engine"]
