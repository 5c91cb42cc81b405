"""`make bench`, on a small stack."""

import subprocess
import sys
from pathlib import Path

from bench.__main__ import WAYS
from bench.stacks import PHASES


def test_every_way_takes_a_stack_through_every_phase() -> None:
    command = [sys.executable, "-m", "bench", "--sizes", "4"]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line.startswith("| 4 |")]
    assert [row[1] for row in rows] == list(PHASES)
    assert all(float(cell) >= 0 for row in rows for cell in row[2:])
    assert {len(row) for row in rows} == {len(WAYS) + 3}
