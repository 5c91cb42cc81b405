"""The plots of a report, as SVG text. The same numbers give the same text."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from models.gate.evaluation import Slice, calibration
from sixfold.metrics import Floats

ACCENT, MUTED, LIVE, GRID = "#1f5fbf", "#9aa3af", "#d97706", "#e5e7eb"
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#6b7280",
    "axes.labelcolor": "#374151",
    "xtick.color": "#6b7280",
    "ytick.color": "#6b7280",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "svg.fonttype": "none",
    "svg.hashsalt": "sixfold",
}
_CURVE_POINTS = 300


def roc(labels: Floats, scores: dict[str, Floats]) -> str:
    """Draw the share of late flights that are caught against the share of punctual ones that are flagged, by scorer."""
    figure, axes = _canvas(5.2, 4.2)
    axes.plot([0, 1], [0, 1], color=GRID, linewidth=1)
    for (name, values), colour in zip(scores.items(), (ACCENT, MUTED, LIVE), strict=False):
        wrong, right, _ = roc_curve(labels, values)
        thin = slice(None, None, max(1, len(wrong) // _CURVE_POINTS))
        axes.plot(wrong[thin], right[thin], color=colour, linewidth=2, label=name)
    axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def calibrated(labels: Floats, scores: Floats) -> str:
    """Draw the observed rate against the predicted one, in bins of equally many rows."""
    bins = calibration(labels, scores)
    top = max(bins["score"].to_list() + bins["rate"].to_list()) * 1.08
    figure, axes = _canvas(5.2, 4.2)
    axes.plot([0, top], [0, top], color=MUTED, linewidth=1, linestyle="--", label="perfect")
    axes.plot(bins["score"], bins["rate"], color=ACCENT, linewidth=2, marker="o", markersize=5, label="candidate")
    axes.set(xlabel="predicted probability", ylabel="observed rate", xlim=(0, top), ylim=(0, top), aspect="equal")
    axes.legend(frameon=False, loc="upper left")
    return _svg(figure)


def sliced(found: Sequence[Slice], overall: float) -> str:
    """Draw the metric of each slice, the baseline's as a smaller mark, and the overall figure as a line."""
    figure, axes = _canvas(5.2, 0.75 + 0.3 * len(found))
    places = range(len(found), 0, -1)
    axes.axvline(overall, color=ACCENT, linewidth=1, alpha=0.5)
    axes.hlines(places, [s.baseline for s in found], [s.metric for s in found], color=GRID, linewidth=4)
    axes.scatter([s.baseline for s in found], places, color=MUTED, s=22, label="baseline", zorder=3)
    axes.scatter([s.metric for s in found], places, color=ACCENT, s=44, label="candidate", zorder=3)
    axes.set_yticks(list(places), [f"{s.value}  ({s.rows:,})" for s in found])
    axes.set_ylim(0.4, len(found) + 0.6)
    axes.grid(visible=False, axis="y")
    return _svg(figure)


def ranked(shares: dict[str, float], most: int = 12) -> str:
    """Draw the features that the model gains most from, as shares of the whole gain."""
    top = sorted(shares.items(), key=lambda item: item[1])[-most:]
    figure, axes = _canvas(5.2, 0.75 + 0.3 * len(top))
    axes.barh([name for name, _ in top], [share for _, share in top], color=ACCENT, height=0.62)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.grid(visible=False, axis="y")
    return _svg(figure)


def _canvas(width: float, height: float) -> tuple[Figure, "mpl.axes.Axes"]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots()


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
