"""The table of the conformance suite: AWS types and what was checked of each."""

from collections.abc import Iterator, Mapping

import pytest

_OUTCOMES = ("passed", "failed", "error")


def conformance(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the conformance table, and what was not tried and why."""
    reports = [
        (report, outcome == "passed")
        for outcome in _OUTCOMES
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport)  # what can't be collected is an error without properties
    ]
    said = [(name, value, passed) for report, passed in reports for name, value in report.user_properties]
    results: dict[str, dict[str, list[bool]]] = {}
    for kind, check, passed in [(*value, passed) for name, value, passed in said if name == "conformance"]:
        results.setdefault(kind, {}).setdefault(check, []).append(passed)
    if results:
        terminalreporter.section("conformance: passed/tried")
        terminalreporter.write_line("\n".join(_table(results)))
        terminalreporter.write_line("\n".join(f"not tried: {value}" for name, value, _ in said if name == "not tried"))


def _table(results: Mapping[str, Mapping[str, list[bool]]]) -> Iterator[str]:
    checks = list(dict.fromkeys(check for found in results.values() for check in found))
    width = max(map(len, results))
    yield " ".join([" " * width, *checks])
    for kind, found in sorted(results.items()):
        cells = [f"{sum(found.get(check, []))}/{len(found.get(check, []))}".rjust(len(check)) for check in checks]
        yield " ".join([kind.ljust(width), *cells])
