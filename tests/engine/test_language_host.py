"""The language host, used by the real engine."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

MakeProject = Callable[..., Any]

THING = """
import pulumi

class Thing(pulumi.ComponentResource):
    def __init__(self, name, size):
        super().__init__("test:index:Thing", name, {"size": size})
        self.register_outputs({})
"""
PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def small(args, report):
    if args.props.get("size", 0) > 5:
        report("larger than 5")

PolicyPack(
    name="sizes",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy(name="small", description="Things are small.", validate=small)],
)
"""
PROVIDER = """
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{endpoint}"))
"""
WAITS = """
import pathlib, time
pathlib.Path("started").touch()
time.sleep(120)
"""


@pytest.fixture
def policy_pack(tmp_path: Path) -> str:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(PACK)
    return str(folder)


def test_config_reaches_the_program_and_outputs_come_back(pulumi_project: MakeProject) -> None:
    project = pulumi_project('import pulumi\npulumi.export("doubled", pulumi.Config().require_int("n") * 2)', n="21")
    project.up()
    assert project.outputs() == {"doubled": 42}


def test_a_secret_of_the_configuration_stays_secret_in_the_state(pulumi_project: MakeProject) -> None:
    project = pulumi_project('import pulumi\npulumi.export("token", pulumi.Config().require_secret("token"))')
    project.cli("config", "set", "--secret", "token", "hush-hush")
    assert "hush-hush" not in project.up().stdout
    assert "hush-hush" not in str(project.stack_export())
    assert project.outputs() == {"token": "hush-hush"}


def test_every_operation_runs_and_leaves_what_it_says(pulumi_project: MakeProject) -> None:
    project = pulumi_project(f"{THING}\nThing('one', 1)")
    assert "2 to create" in project.preview().stdout
    project.up()
    assert set(project.resources()) == {"one"}
    project.refresh("--expect-no-changes")
    project.preview("--expect-no-changes")
    project.destroy()
    assert project.resources() == {}


def test_a_failing_program_shows_its_own_frames_only(pulumi_project: MakeProject) -> None:
    project = pulumi_project("import json\n\ndef read():\n    return json.loads('{')\n\nread()")
    result = project.preview(check=False)
    assert result.returncode != 0
    assert "json.decoder.JSONDecodeError" in result.stderr
    assert ", line 4, in read" in result.stderr
    assert not [line for line in result.stderr.splitlines() if "File" in line and "__main__.py" not in line]


def test_an_error_written_for_people_has_no_trace(pulumi_project: MakeProject) -> None:
    program = "from sixfold.errors import SixfoldError\nraise SixfoldError('no bucket', remedy='make one')"
    result = pulumi_project(program).preview(check=False)
    assert result.returncode != 0
    assert "error: no bucket\n  → make one" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_error_in_an_apply_is_reported_without_frames_of_libraries(pulumi_project: MakeProject) -> None:
    program = "import pulumi\npulumi.export('x', pulumi.Output.from_input(1).apply(lambda one: one / 0))"
    result = pulumi_project(program).preview(check=False)
    assert result.returncode != 0
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "site-packages" not in result.stderr


def test_a_mandatory_policy_stops_a_preview_and_names_the_resource(
    pulumi_project: MakeProject, policy_pack: str
) -> None:
    project = pulumi_project(f"{THING}\nThing('small', 1)\nThing('large', 9)")
    result = project.preview("--policy-pack", policy_pack, check=False)
    assert result.returncode != 0
    assert "(test:index:Thing: large)" in result.stdout
    assert "(test:index:Thing: small)" not in result.stdout


def test_a_policy_that_is_kept_lets_an_update_pass(pulumi_project: MakeProject, policy_pack: str) -> None:
    project = pulumi_project(f"{THING}\nThing('small', 1)")
    project.up("--policy-pack", policy_pack)
    assert set(project.resources()) == {"small"}


def test_the_root_of_the_project_is_imported_from_and_main_is_not(pulumi_project: MakeProject) -> None:
    project = pulumi_project("")
    program = (
        "import pulumi, sys\npulumi.export('root', pulumi.get_root_directory())\npulumi.export('first', sys.path[0])"
    )
    (project.root / "infra").mkdir()
    (project.root / "infra" / "__main__.py").write_text(program)
    (project.root / "Pulumi.yaml").write_text("name: test0\nruntime: python\nmain: infra/\n")
    project.up()
    assert project.outputs() == {"root": str(project.root), "first": str(project.root)}


def test_an_import_adopts_what_is_there_and_describes_it(pulumi_project: MakeProject, moto: str) -> None:
    boto3.client("s3", endpoint_url=moto).create_bucket(
        Bucket="was-there-before", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    project = pulumi_project(PROVIDER.format(endpoint=moto))
    project.up()
    provider = next(each["urn"] for each in project.stack_export()["deployment"]["resources"] if "aws" in each["urn"])
    token = ("sixfold:s3:Bucket", "lake", "was-there-before")
    result = project.cli("import", "--yes", "--protect=false", "--provider", f"aws={provider}", *token)
    assert '# resource lake "sixfold:s3:Bucket" {' in result.stdout
    assert project.resources()["lake"]["id"] == "was-there-before"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_update_leaves_no_process_and_no_traceback(
    pulumi_project: MakeProject, number: signal.Signals
) -> None:
    project = pulumi_project(WAITS)
    command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview"]
    update = subprocess.Popen(
        command, cwd=project.root, env=project.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    wait_for((project.root / "started").exists)
    [host] = psutil.Process(update.pid).children()
    update.send_signal(number)
    said, _ = update.communicate(timeout=30)
    assert update.returncode != 0
    assert "Traceback" not in said
    wait_for(lambda: not host.is_running())


def test_the_host_runs_in_the_environment_of_the_project(pulumi_project: MakeProject) -> None:
    project = pulumi_project("import pulumi, sys\npulumi.export('prefix', sys.prefix)")
    project.up()
    assert project.outputs() == {"prefix": sys.prefix}


def wait_for(condition: Callable[[], bool], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
