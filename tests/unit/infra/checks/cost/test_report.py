"""`sixfold cost`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[5]
STACKS = sorted(path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml"))


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_of_ours_is_estimated_without_credentials_and_keeps_its_budget(stack: str) -> None:
    bare = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}
    command = [Path(sys.prefix, "bin", "sixfold"), "cost", "--stack", stack]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    rows = {text: amount for amount, text in (line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])}
    assert float(rows["in all"]) <= float(rows["budget"].replace("none", "inf"))
