"""Tables of reports. Comments and keys are the words of others: markup and control characters are shown, not obeyed."""

import json
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from monitoring.report import Report
from sixfold.release import SHORT

_WIDTH = 60


def reports_table(reports: Iterable[Report]) -> Table:
    """Return one row per report."""
    table = Table(
        "report", "when (UTC)", "consumer", "version", "release", "about", "score", "comment", "state", box=None
    )
    for report in reports:
        given = report.document()
        about = " ".join((given["entities"] or {}).values()) or "not in the log"
        cells = (report.id[:8], f"{report.at:%Y-%m-%d %H:%M}", report.consumer, given["api_version"])
        rest = ((given["release"] or "-")[:SHORT], about, _score(report), _shown(report.comment)[:_WIDTH], report.state)
        table.add_row(*(escape(_shown(cell)) for cell in (*cells, *rest)))
    return table


def report_table(report: Report) -> Table:
    """Return one row per fact of a report."""
    given = report.document()
    table = Table("", "", box=None, show_header=False)
    for name in ("report_id", "at", "consumer", "comment", "state", "prediction_id", "predicted_at", "api_version"):
        table.add_row(name, escape(_shown(str(given[name]))))
    for name in ("release", "entities", "features", "score", "fallback"):
        table.add_row(name, escape(_shown(json.dumps(given[name]))))
    for label in report.labels:
        table.add_row("label", escape(f"{label.value} since {label.known_at:%Y-%m-%d %H:%M}, {label.origin}"))
    for made in report.decisions:
        table.add_row(made.state, escape(_shown(f"{made.detail}, {made.at:%Y-%m-%d %H:%M} by {made.by}")))
    return table


def _score(report: Report) -> str:
    score = report.score
    return "-" if score is None else f"{max(score) if isinstance(score, list) else score:.4f}"


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
