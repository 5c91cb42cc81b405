"""`make faults`: kills runs at every AWS call, and says how many kills the next run put right."""

import argparse
import os
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TextIO

from tests.faults._campaign import campaign
from tests.faults._points import PHASES, VICTIMS, Point, every, tried
from tests.faults._programs import PROGRAMS
from tests.faults._results import add, survived


def main() -> int:
    """Run the points that the arguments leave; 0 where all were survived."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="K", help="only every K-th call, 1: all")
    parser.add_argument("--programs", nargs="+", default=list(PROGRAMS), choices=PROGRAMS, help="only these")
    parser.add_argument("--results", type=Path, metavar="FILE", help="go on where the run that wrote FILE ended")
    asked = parser.parse_args()
    before = [outcome.point for outcome in survived(asked.results)] if asked.results else []
    with tempfile.TemporaryDirectory() as folder, _quiet(Path(folder)) as out, campaign(Path(folder)) as running:
        truths = running.truths(asked.programs)
        calls = {(program, phase): len(truths[program][phase].calls) for program, phase in product(truths, PHASES)}
        wrong = dict.fromkeys(tried(before, calls), "")
        points = [point for point in every(calls, asked.every) if point not in wrong]
        out.write(f"{sum(calls.values())} calls, {len(wrong)} points survived before, {len(points)} to try\n")
        for number, outcome in enumerate(running.run(points), start=1):
            if not outcome.call:
                out.write(f"{number}/{len(points)} {outcome.point}: not tried, this run had no such call\n")
                continue
            wrong[outcome.point] = outcome.wrong
            if asked.results:
                add(outcome, asked.results)
            said = f"LOST\n{outcome.wrong}" if outcome.wrong else "survived"
            out.write(f"{number}/{len(points)} {outcome}: {said}\n")
        out.write("\n".join(_table(wrong)) + "\n")
    return any(wrong.values())


def _table(wrong: dict[Point, str]) -> Iterator[str]:
    yield f"{'survived/tried':16}" + "".join(f"{victim:>12}" for victim in VICTIMS)
    for phase in PHASES:
        row = [[text for point, text in wrong.items() if (point.phase, point.victim) == (phase, v)] for v in VICTIMS]
        yield f"{phase:16}" + "".join(f"{f'{_survived(cell)}/{len(cell)}':>12}" for cell in row)
    yield f"{len(wrong)} points tried, {_survived(wrong.values())} survived"


def _survived(wrong: Collection[str]) -> int:
    return sum(not text for text in wrong)


@contextmanager
def _quiet(folder: Path) -> Iterator[TextIO]:
    """Send what engines say to a file, and return what the report is written to."""
    with os.fdopen(os.dup(1), "w", buffering=1) as out, (folder / "engines.log").open("wb") as log:
        os.dup2(log.fileno(), 1)
        yield out
        sys.stdout.flush()
        os.dup2(out.fileno(), 1)


if __name__ == "__main__":
    sys.exit(main())
