"""The plots of a report, as SVG text. The same numbers give the same text."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from models.gate.evaluation import Slice, calibration
from sixfold.tasks import Floats

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
_BANDS = 20


class Judged(NamedTuple):
    """Rows of the test months: `labels[n]`, the scores of each scorer, and the names of the classes, if any."""

    labels: Floats
    scores: Mapping[str, Floats]
    classes: tuple[str, ...]

    @property
    def own(self) -> Floats:
        """Scores of the candidate."""
        return self.scores["candidate"]


class Section(NamedTuple):
    """A plot of the report, with what it says above it."""

    title: str
    caption: str
    plot: Callable[[Judged], str]

    def drawn(self, judged: Judged) -> dict[str, str]:
        """Return title, caption and SVG."""
        return {"title": self.title, "caption": self.caption, "plot": self.plot(judged)}


def roc(judged: Judged) -> str:
    """Draw the share of positives that are caught against the share of negatives that are flagged, by scorer."""
    figure, axes = _canvas(5.2, 4.2)
    axes.plot([0, 1], [0, 1], color=GRID, linewidth=1)
    for (name, values), colour in zip(judged.scores.items(), (ACCENT, MUTED, LIVE), strict=False):
        wrong, right, _ = roc_curve(judged.labels, values)
        thin = slice(None, None, max(1, len(wrong) // _CURVE_POINTS))
        axes.plot(wrong[thin], right[thin], color=colour, linewidth=2, label=name)
    axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def calibrated(judged: Judged) -> str:
    """Draw the observed rate against the predicted one, in bins of equally many rows."""
    return _reliability(judged.labels, judged.own, "predicted probability", "observed rate")


def confidence(judged: Judged) -> str:
    """Draw how often the most probable class is right, against its probability, in bins of equally many rows."""
    right = (judged.own.argmax(axis=1) == judged.labels).astype(float)
    return _reliability(right, judged.own.max(axis=1), "probability of the predicted class", "share that is right")


def confusion(judged: Judged) -> str:
    """Draw for each class, as a row, into which classes its rows are put: shares of the row."""
    width = len(judged.classes)
    counts = np.zeros((width, width))
    np.add.at(counts, (judged.labels.astype(int), judged.own.argmax(axis=1)), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = _canvas(5.2, 4.6)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(width), judged.classes, rotation=30, ha="right")
    axes.set_yticks(range(width), judged.classes)
    axes.set(xlabel="predicted", ylabel="turned out")
    axes.grid(visible=False)
    for row, column in np.ndindex(width, width):
        tone = "white" if shares[row, column] > 0.5 else "#374151"  # noqa: PLR2004 - half of the scale
        axes.text(column, row, f"{shares[row, column]:.0%}", ha="center", va="center", color=tone, fontsize=9)
    return _svg(figure)


def predicted(judged: Judged) -> str:
    """Draw the labels against the scores: median and middle 80% of the rows, in bins of equally many."""
    order = np.argsort(judged.own, kind="stable")
    parts = [part for part in np.array_split(order, min(_BANDS, len(order))) if len(part)]
    at = [float(judged.own[part].mean()) for part in parts]
    low, middle, high = np.array([np.quantile(judged.labels[part], [0.1, 0.5, 0.9]) for part in parts]).T
    figure, axes = _canvas(5.2, 4.2)
    ends = [min(*at, *low), max(*at, *high)]
    axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle="--", label="perfect")
    axes.fill_between(at, low, high, color=ACCENT, alpha=0.18, linewidth=0, label="80% of the rows")
    axes.plot(at, middle, color=ACCENT, linewidth=2, marker="o", markersize=4, label="median")
    axes.set(xlabel="predicted", ylabel="turned out")
    axes.legend(frameon=False, loc="upper left")
    return _svg(figure)


def errors(judged: Judged) -> str:
    """Draw how the errors of candidate and baseline are distributed, within the middle 98% of both."""
    found = {name: values - judged.labels for name, values in judged.scores.items()}
    low, high = np.quantile(np.concatenate(list(found.values())), [0.01, 0.99])
    figure, axes = _canvas(5.2, 4.2)
    for (name, values), colour in zip(found.items(), (ACCENT, MUTED, LIVE), strict=False):
        axes.hist(values, bins=40, range=(low, high), histtype="step", linewidth=2, color=colour, label=name)
    axes.axvline(0, color=GRID, linewidth=1)
    axes.set(xlabel="predicted less what turned out", ylabel="rows")
    axes.legend(frameon=False, loc="upper right")
    return _svg(figure)


SECTIONS: Mapping[str, Section] = {
    "roc": Section("ROC", "How many positives are caught for how many false alarms", roc),
    "calibrated": Section(
        "Calibration", "Whether a probability says what happens, in ten bins of equal size", calibrated
    ),
    "confusion": Section("Confusion", "What each class was taken for", confusion),
    "confidence": Section("Calibration", "Whether the predicted class is right as often as it says", confidence),
    "predicted": Section("Predicted and turned out", "In bins of equally many rows", predicted),
    "errors": Section("Errors", "In the unit of the label", errors),
}
"""By name, as a task lists them."""


def _reliability(outcomes: Floats, scores: Floats, xlabel: str, ylabel: str) -> str:
    bins = calibration(outcomes, scores)
    top = max(bins["score"].to_list() + bins["rate"].to_list()) * 1.08
    figure, axes = _canvas(5.2, 4.2)
    axes.plot([0, top], [0, top], color=MUTED, linewidth=1, linestyle="--", label="perfect")
    axes.plot(bins["score"], bins["rate"], color=ACCENT, linewidth=2, marker="o", markersize=5, label="candidate")
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(0, top), ylim=(0, top), aspect="equal")
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
