"""Outcomes of points, a line of JSON each, so that a matrix of hours can be run in parts."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.faults._campaign import Outcome
from tests.faults._points import Point


def survived(file: Path) -> Iterator[Outcome]:
    """Yield the survived outcomes of a file; points that were lost are to be tried again."""
    for line in file.read_text().splitlines() if file.exists() else ():
        read = json.loads(line)
        if not read["wrong"]:
            yield Outcome(Point(**read["point"]), read["call"], read["wrong"])


def add(outcome: Outcome, file: Path) -> None:
    """Append one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write(json.dumps(asdict(outcome)) + "\n")
