"""The disk of a stack on one machine: a full one stops every process that writes, Prometheus first."""

import shutil
from pathlib import Path

from delivery.health.finding import Finding, Question

LEAST_FREE_BYTES = 1 << 30


def question(home: Path) -> Question:
    """Return the question for the disk on which a home lies."""

    def free() -> list[Finding]:
        usage = shutil.disk_usage(home if home.exists() else home.parent)
        return [judge(usage.free, usage.total, home)]

    return Question("disk", str(home), free, f"df -h {home}")


def judge(free: int, total: int, home: Path) -> Finding:
    """Judge the bytes that are free, of all that a disk has."""
    says = f"{free / 2**30:,.1f} of {total / 2**30:,.0f} GiB free"
    well = free >= LEAST_FREE_BYTES
    remedy = None if well else f"free space: `du -xh {home} | sort -h | tail`, and logs in {home}/run/logs"
    return Finding("disk", str(home), well=well, says=says, remedy=remedy)
