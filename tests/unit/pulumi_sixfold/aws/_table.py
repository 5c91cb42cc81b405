"""The table of the tests of reading: AWS types, and what was drawn of each."""

from collections import Counter

import pytest

_KINDS = ("answers", "round trips")


def readings(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many states were drawn for each type, and what became of them."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for kind in _KINDS:
        found: dict[str, Counter[str]] = {}
        for name, value in (each for report in reports for each in getattr(report, "user_properties", ())):
            if name == kind:
                found.setdefault(value[0], Counter()).update(value[1])
        if found:
            terminalreporter.section(f"reading, {kind}")
            for token, count in [*sorted(found.items()), ("all", sum(found.values(), Counter()))]:
                terminalreporter.write_line(f"{token:36}" + "  ".join(f"{what} {count[what]}" for what in count))
