"""The command: every module of tests/mutants.yaml, a table, and the mutants that nothing noticed."""

import argparse
import pickle
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tools.mutants.changes import Change, changed, changes
from tools.mutants.trial import Baseline, forked, preload, trial, watch

ROOT = Path(__file__).parents[2]
LISTED = "tests/mutants.yaml"
GOAL = 0.95


class Result(NamedTuple):
    """The mutants of one module: all of them, those that survived, and those for which no time was left."""

    mutants: list[Change]
    survived: list[Change]
    untried: int
    seconds: float


def main() -> int:
    """Try the modules that the arguments name, or all; 0 where enough was noticed and the rest is explained."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="only the modules whose path has one of these in it")
    parser.add_argument("--minutes", type=float, default=10, metavar="M", help="at most so long for each module")
    parser.add_argument("--goal", type=float, default=GOAL, metavar="SHARE", help="of all mutants must be noticed")
    asked = parser.parse_args()
    listed = yaml.safe_load((ROOT / LISTED).read_text())
    wrong, total, survived = [], 0, 0
    print(f"{'module':44}{'mutants':>8}{'noticed':>9}{'same':>6}{'seconds':>9}")
    for module, tests in listed["modules"].items():
        if asked.modules and not any(part in module for part in asked.modules):
            continue
        result = _try_all(module, tests, asked.minutes * 60)
        total, survived = total + len(result.mutants), survived + len(result.survived) + result.untried
        noticed = len(result.mutants) - len(result.survived) - result.untried
        faults = unexplained(module, result, listed["equivalents"].get(module, []))
        same = len(result.survived) - sum(fault.startswith("survived") for fault in faults)
        print(f"{module:44}{len(result.mutants):8}{noticed:9}{same:6}{result.seconds:9.0f}", flush=True)
        print("".join(f"  {fault}\n" for fault in faults), end="", flush=True)
        wrong += faults
    share = 1 - survived / max(total, 1)
    print(f"{total} mutants, {total - survived} noticed ({share:.1%}; the goal is {asked.goal:.0%})")
    return bool(wrong) or share < asked.goal


def unexplained(module: str, result: Result, accepted: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for each survivor that is not listed, and for each entry of the list that is not true.

    An entry accepts one survivor, so that it hides no second one of the same words.
    """
    listed = Counter((each["in"], each["change"]) for each in accepted)
    new = []
    for change in result.survived:
        key = (change.function, change.text)
        listed[key] -= 1
        if listed[key] < 0:
            new.append(f"survived: {module}:{change.line} in {change.function or 'the module'}: {change.text}")
    stale = [" in ".join(reversed(key)) for key, left in listed.items() if left > 0]
    return [
        *new,
        *(f"listed in {LISTED} as the same program, but noticed or gone: {each}" for each in stale),
        *([f"{result.untried} mutants were not tried within the time"] if result.untried else []),
    ]


def _try_all(module: str, tests: list[str], limit: float) -> Result:
    """Fork a process for the module, so that what it imports is not there for the next one."""
    with tempfile.TemporaryDirectory() as folder:
        answer, log = Path(folder, "result"), Path(folder, "log")
        begun = time.monotonic()
        code = forked(lambda: _module(module, tests, limit, Path(folder)), limit + 300, log)
        if code or not answer.exists():
            sys.exit(f"the tests of {module} do not pass as it is:\n{log.read_text()[-4000:]}")
        mutants, survived, untried = pickle.loads(answer.read_bytes())  # noqa: S301 - our own fork wrote it
        return Result(mutants, survived, untried, time.monotonic() - begun)


def _module(module: str, tests: list[str], limit: float, folder: Path) -> int:
    end, file, name = time.monotonic() + limit, ROOT / module, module.removesuffix(".py").replace("/", ".")
    source, found = file.read_text(), folder / "baseline"
    log = folder / "trial"

    def first() -> int:
        baseline = watch(file, tests)
        found.write_bytes(pickle.dumps(baseline))
        return baseline.code

    if forked(first, limit, log) != 0:
        print(log.read_text())
        return 1
    baseline: Baseline = pickle.loads(found.read_bytes())  # noqa: S301 - our own fork wrote it
    preload(name, file, baseline.imported)

    def tried(number: int, chosen: list[str]) -> int | None:
        patience = 20 + 5 * sum(baseline.seconds[test] for test in chosen)
        return forked(lambda: trial(name, file, changed(source, number), tests, chosen), patience, log)

    if tried(-1, list(baseline.seconds)) != 0:
        print("in a fork:\n", log.read_text())
        return 1
    mutants, survived, untried = changes(source), [], 0
    for number, change in enumerate(mutants):
        chosen = baseline.tests(range(change.first, change.last + 1))
        if time.monotonic() > end:
            untried += 1
        elif not chosen or tried(number, chosen) == 0:
            survived.append(change)
    (folder / "result").write_bytes(pickle.dumps((mutants, survived, untried)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
