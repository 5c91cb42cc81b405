"""The report of a candidate's evaluation, `report.html`: one file without a script, which loads nothing.

The gate writes it for people; no program reads it.
"""

from typing import TYPE_CHECKING, Any

from models.candidate import BASELINE, LABEL, SCORE, Candidate
from models.gate import plots
from models.gate.evaluation import LIVE, Verdict, slices
from sixfold import pages
from sixfold.contract import Product
from sixfold.release import SHORT
from sixfold.tasks import measure_of, task_of, values

if TYPE_CHECKING:
    import polars as pl


def write(candidate: Candidate, product: Product, verdict: Verdict, test: "pl.DataFrame") -> None:
    """Write `report.html` into the candidate's folder."""
    labels, measure, task = test[LABEL].to_numpy(), measure_of(product), task_of(product)
    scorers = {"candidate": SCORE, "baseline": BASELINE, "live release": LIVE}
    scores = {name: values(test[column]) for name, column in scorers.items() if column in test.columns}
    cards = {name: slices(test, name, measure) for name in product.metric.slices}
    page = pages.render(
        __file__,
        product=product,
        verdict=verdict,
        figures=_figures(verdict, candidate),
        sections=[plots.SECTIONS[name].drawn(plots.Judged(labels, scores, task.classes)) for name in task.sections],
        rate=task.rate,
        slices=[
            {"name": name, "rows": rows, "plot": plots.sliced(rows, verdict.value)} for name, rows in cards.items()
        ],
        importance=plots.ranked(candidate.record.importance) if candidate.record.importance else None,
        origin=_origin(candidate),
        hashes=_hashes(candidate),
    )
    candidate.report.write_text(page)


def _figures(verdict: Verdict, candidate: Candidate) -> dict[str, str]:
    live = "none yet" if verdict.live is None else f"{verdict.live:.3f}"
    return {
        f"{verdict.metric}, candidate": f"{verdict.value:.3f}",
        f"{verdict.metric}, baseline": f"{verdict.baseline:.3f}",
        f"{verdict.metric}, live release": live,
        **{name: f"{value:.3f}" for name, value in candidate.record.metrics.items() if name != verdict.metric},
        **({"calibration error": f"{verdict.calibration_error:.3f}"} if verdict.calibration_error is not None else {}),
        "rows judged": f"{candidate.record.rows['test']:,}",
    }


def _origin(candidate: Candidate) -> dict[str, str]:
    record = candidate.record
    periods = record.periods
    return {
        "learned from": f"{periods.train_from:%d %b %Y}, {record.rows['train']:,} rows",
        "chosen on": f"{periods.validate_from:%d %b %Y}, {record.rows['validate']:,} rows",
        "judged from": f"{periods.test_from:%d %b %Y}, {record.rows['test']:,} rows",
        "judged until": f"{periods.test_until:%d %b %Y}",
        **{name: f"{value}" for name, value in record.params.items()},
        "ONNX against the model": f"{candidate.origin.onnx_difference:.1e}",
    }


def _hashes(candidate: Candidate) -> dict[str, Any]:
    record = candidate.record
    keys = {"training key": record.training_key[:SHORT], "feature hash": record.feature_hash[:SHORT]}
    return keys | candidate.origin.snapshots
