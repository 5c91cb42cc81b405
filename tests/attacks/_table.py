"""The table of `make attacks`: each attack, how it was answered, and whether that is what it should be."""

from collections import Counter

import pytest


def attacks(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for each kind of attack on each part of the stack."""
    lines: dict[tuple[str, str], tuple[Counter[str], bool]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == "attack":
                    what, where, answered = value
                    answers, held = lines.setdefault((what, where), (Counter(), True))
                    answers[answered] += 1
                    lines[what, where] = (answers, held and outcome == "passed")
    if lines:
        width = max(len(f"{what} → {where}") for what, where in lines)
        terminalreporter.section("attacks: what, where, how it was answered, verdict")
        for (what, where), (answers, held) in sorted(lines.items()):
            said = ", ".join(f"{answer} x {count}" for answer, count in sorted(answers.items()))
            terminalreporter.write_line(f"{f'{what} → {where}'.ljust(width)}  {'held' if held else 'BROKEN'}  {said}")
