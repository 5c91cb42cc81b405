"""Which faults a run tries: a sample, anew in each run, and how to try the same ones again."""

import os
import random

import pytest


def seed() -> int:
    """Return what the sample is drawn from; all processes of a run draw the same."""
    return int(os.environ.setdefault("FAULTS_SEED", str(random.randrange(1_000_000))))  # noqa: S311 - no secret


def kills(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many points were survived, and how to try the same ones again."""
    tried = [report for key in ("passed", "failed") for report in terminalreporter.getreports(key)]
    points = [report for report in tried if "survived" in dict(report.user_properties)]
    if points:
        survived = sum(dict(report.user_properties)["survived"] for report in points)
        terminalreporter.section("faults")
        terminalreporter.write_line(
            f"{len(points)} kills tried, {survived} survived; FAULTS_SEED={seed()} repeats them"
        )
