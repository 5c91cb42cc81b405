"""The page that says how good a candidate is: one file that needs nothing else, no script and no network."""

from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from models.candidate import BASELINE, LABEL, SCORE, Candidate
from models.gate import plots
from models.gate.evaluation import (
    LIVE,
    Slice,
    Verdict,
    slices,
)
from sixfold.contract import Product
from sixfold.metrics import measure_of

if TYPE_CHECKING:
    import polars as pl

_TEMPLATE = Path(__file__).with_name("report.html")


def write(candidate: Candidate, product: Product, verdict: Verdict, test: "pl.DataFrame") -> None:
    """Write `report.html` into the candidate's folder."""
    labels, measure = test[LABEL].to_numpy(), measure_of(product)
    scorers = {"candidate": SCORE, "baseline": BASELINE, "live release": LIVE}
    scores = {name: test[column].to_numpy() for name, column in scorers.items() if column in test.columns}
    page = Template(_TEMPLATE.read_text()).substitute(
        title=escape(product.title),
        description=escape(product.description),
        tone="good" if verdict.passed else "bad",
        headline="The gate is open: this candidate may be released" if verdict.passed else "Refused by the gate",
        rules="".join(f"<li>{escape(rule.sentence)}</li>" for rule in verdict.rules),
        figures=_figures(verdict, candidate),
        roc=plots.roc(labels, scores),
        calibration=plots.calibrated(labels, scores["candidate"]),
        ece=f"{verdict.calibration_error:.3f}",
        slices="".join(_slice_card(name, slices(test, name, measure), verdict) for name in product.metric.slices),
        importance=plots.ranked(candidate.record.importance),
        origin=_origin(candidate),
    )
    candidate.report.write_text(page)


def _figures(verdict: Verdict, candidate: Candidate) -> str:
    live = "none yet" if verdict.live is None else f"{verdict.live:.3f}"
    figures = {
        f"{verdict.metric}, candidate": f"{verdict.value:.3f}",
        f"{verdict.metric}, baseline": f"{verdict.baseline:.3f}",
        f"{verdict.metric}, live release": live,
        "Brier score": f"{candidate.record.metrics['brier']:.3f}",
        "rows judged": f"{candidate.record.rows['test']:,}",
    }
    return "".join(
        f'<div class="card"><div class="figure">{value}</div><p class="soft">{escape(name)}</p></div>'
        for name, value in figures.items()
    )


def _slice_card(name: str, found: list[Slice], verdict: Verdict) -> str:
    rows = "".join(
        f"<tr><td>{escape(s.value)}</td><td>{s.rows:,}</td><td>{s.rate:.1%}</td>"
        f"<td>{s.metric:.3f}</td><td>{s.baseline:.3f}</td></tr>"
        for s in found
    )
    head = f"<tr><th>{escape(name)}</th><th>rows</th><th>positive</th><th>candidate</th><th>baseline</th></tr>"
    return (
        f'<section class="card"><h2>By {escape(name)}</h2>'
        f'<p class="soft">{verdict.metric}; the line is the overall figure</p>'
        f"{plots.sliced(found, verdict.value)}<table>{head}{rows}</table></section>"
    )


def _origin(candidate: Candidate) -> str:
    record = candidate.record
    periods = record.periods
    facts = {
        "learned from": f"{periods.train_from:%d %b %Y}, {record.rows['train']:,} rows",
        "chosen on": f"{periods.validate_from:%d %b %Y}, {record.rows['validate']:,} rows",
        "judged from": f"{periods.test_from:%d %b %Y}, {record.rows['test']:,} rows",
        "judged until": f"{periods.test_until:%d %b %Y}",
        "trees": f"{record.rounds}",
        "ONNX against the model": f"{candidate.origin.onnx_difference:.1e}",
        "training key": f"<code>{record.training_key[:12]}</code>",
        "feature hash": f"<code>{record.feature_hash[:12]}</code>",
        **{name: f"<code>{snapshot}</code>" for name, snapshot in candidate.origin.snapshots.items()},
    }
    return (
        "<table>" + "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in facts.items()) + "</table>"
    )
