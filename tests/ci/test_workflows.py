"""The workflows in .github: sound, pinned, without keys, and made of make targets."""

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
COMMENT = "gh pr comment"  # GitHub's own command; the text is a make target's


def jobs(workflows: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for workflow in workflows.values():
        yield from workflow["jobs"].values()


def steps(workflows: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in jobs(workflows):
        yield from job.get("steps", [])


@pytest.mark.timeout(600)
def test_actionlint_finds_nothing(actionlint: Path) -> None:
    done = subprocess.run([actionlint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing() -> None:
    command = [Path(sys.prefix, "bin", "zizmor"), "--offline", ".github"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_action_is_pinned_by_its_digest(workflows: dict[str, Any]) -> None:
    used = [each["uses"] for each in (*jobs(workflows), *steps(workflows)) if "uses" in each]
    assert used
    assert all(re.fullmatch(r"\./\S+|[\w/-]+@[0-9a-f]{40}", each) for each in used)


def test_every_command_is_a_make_target(workflows: dict[str, Any]) -> None:
    given = {job["with"]["target"] for job in jobs(workflows) if "target" in job.get("with", {})}
    commands = [step["run"] for step in steps(workflows) if "run" in step]
    said = [command.split() for command in commands if not command.startswith(COMMENT)]
    assert all(make == "make" for make, _ in said)
    assert {target for _, target in said} - {'"$TARGET"'} | given <= TARGETS


def test_no_secret_is_used_and_rights_are_given_job_by_job(workflows: dict[str, Any]) -> None:
    texts = [file.read_text() for file in (ROOT / ".github").rglob("*.yml")]
    assert not any("secrets." in text or "secrets:" in text for text in texts)
    assert all(workflow["permissions"] == {} for workflow in workflows.values())
    assert all("permissions" in job for job in jobs(workflows))


def test_staging_and_prod_wait_for_the_stack_before_and_for_their_plan(workflows: dict[str, Any]) -> None:
    found = workflows["deploy.yml"]["jobs"]
    order = ["dev", "staging-plan", "staging", "prod-plan", "prod"]
    assert [found[job]["needs"] for job in order] == ["build", *(["build", job] for job in order[:-1])]
    assert [found[job]["with"]["environment"] for job in order] == order


def test_every_stack_on_aws_is_looked_at_every_night(workflows: dict[str, Any]) -> None:
    stacks = {path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml")}
    assert set(workflows["drift.yml"]["jobs"]["drift"]["strategy"]["matrix"]["stack"]) == stacks - {"local"}


def test_what_has_credentials_restores_what_was_built_before_it_has_them(workflows: dict[str, Any]) -> None:
    trusted = [job for job in jobs(workflows) if any(_is_login(step) for step in job.get("steps", []))]
    assert len(trusted) == 2
    for job in trusted:
        before = [
            step["run"] for step in itertools.takewhile(lambda step: not _is_login(step), job["steps"]) if "run" in step
        ]
        assert (job["env"]["BOOTSTRAP"], before) == ("--built", ["make restore"])


def test_a_job_that_may_have_credentials_gets_the_digest_of_what_the_same_run_built(workflows: dict[str, Any]) -> None:
    built = "${{ needs.build.outputs.digest }}"
    called = [job for job in jobs(workflows) if job.get("uses") == "./.github/workflows/stack.yml"]
    restoring = [step for step in steps(workflows) if step.get("run") == "make restore"]
    assert {job["with"]["digest"] for job in called} == {built}
    assert {step["env"]["DIGEST"] for step in restoring} == {built, "${{ inputs.digest }}"}
    assert all("build" in job["needs"] for job in called)


def test_what_builds_has_no_right_but_to_read_the_code_and_takes_nothing_without_a_hash(
    workflows: dict[str, Any],
) -> None:
    (job,) = workflows["build.yml"]["jobs"].values()
    assert (job["permissions"], job["env"]) == ({"contents": "read"}, {"BOOTSTRAP": "--pinned"})
    assert "environment" not in job
    assert job["runs-on"] == "ubuntu-24.04"
    callers = [each for each in jobs(workflows) if each.get("uses") == "./.github/workflows/build.yml"]
    assert [each["permissions"] for each in callers] == [{"contents": "read"}] * 3


def test_a_pull_request_runs_where_no_stack_does(workflows: dict[str, Any]) -> None:
    asked = {job["runs-on"] for job in workflows["pull-request.yml"]["jobs"].values() if "runs-on" in job}
    assert "vars.RUNNER_PULL_REQUEST" in " ".join(asked)
    assert not any("RUNNER_{0}" in where for where in asked)
    (stack,) = workflows["stack.yml"]["jobs"].values()
    assert "format('RUNNER_{0}', inputs.stack)" in stack["runs-on"]


def _is_login(step: dict[str, Any]) -> bool:
    return "configure-aws-credentials" in step.get("uses", "")
