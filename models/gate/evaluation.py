"""The quality of a candidate: the gate's rules, calibration and slices. Pure: figures in, figures out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.candidate import BASELINE, LABEL, SCORE
from sixfold.contract import Metric
from sixfold.declared import Strict

if TYPE_CHECKING:
    import polars as pl

    from sixfold.tasks import Floats, Measure

LIVE = "live"
BINS = 10


class Rule(Strict):
    """One condition of the gate: `value` must be at least `bound`, or at most where a lower metric is better."""

    what: str
    value: float
    bound: float
    passed: bool
    lower_is_better: bool = False

    @property
    def sentence(self) -> str:
        """The rule and its numbers as a sentence."""
        side = "at most" if self.lower_is_better else "at least"
        verdict = "is" if self.passed else "is not"
        gap = "" if self.passed else f", by {abs(self.value - self.bound):.4f}"
        return f"{self.what}: {self.value:.4f} {verdict} {side} {self.bound:.4f}{gap}"


class Verdict(Strict):
    """Verdict of the gate. `live` is None if no release is live; then only the baseline is to beat.

    `key` is the same for the same candidate, live release, contract and code. `calibration_error` is None where scores
    are no probabilities.
    """

    key: str
    product: str
    metric: str
    value: float
    baseline: float
    live: float | None
    calibration_error: float | None
    rules: tuple[Rule, ...]

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return all(rule.passed for rule in self.rules)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The sentences of the rules that failed."""
        return tuple(rule.sentence for rule in self.rules if not rule.passed)


@dataclass(frozen=True)
class Slice:
    """The metric for the rows with one value of a column; `rate` is their mean label."""

    column: str
    value: str
    rows: int
    rate: float
    metric: float
    baseline: float


def judge(metric: Metric, value: float, baseline: float, live: float | None) -> tuple[Rule, ...]:
    """Hold a candidate's figure to the margins that the product declares; nan reaches nothing."""
    sign, lower = metric.sign, metric.direction == "lower"
    bounds = {f"{metric.name} against the baseline and its margin": baseline + sign * metric.baseline_margin}
    if live is not None:
        bounds[f"{metric.name} against the live release and its margin"] = live - sign * metric.release_margin
    return tuple(
        Rule(what=what, value=value, bound=bound, passed=sign * value >= sign * bound, lower_is_better=lower)
        for what, bound in bounds.items()
    )


def calibration(outcomes: "Floats", scores: "Floats") -> "pl.DataFrame":
    """Return for `BINS` bins of equally many rows the mean `score`, the `rate` of outcomes of 1, and the `rows`."""
    import polars as pl  # noqa: PLC0415 - with the rest of what evaluation loads

    frame = pl.DataFrame({"score": scores, "rate": outcomes}).sort("score").with_row_index("at")
    binned = frame.with_columns(bin=pl.col("at") * BINS // max(frame.height, 1))
    means = binned.group_by("bin").agg(pl.col("score").mean(), pl.col("rate").mean(), rows=pl.len())
    return means.sort("bin").drop("bin")


def slices(test: "pl.DataFrame", column: str, measure: "Measure") -> list[Slice]:
    """Return the metric by value of a column, most rows first."""
    from sixfold.tasks import values  # noqa: PLC0415 - with the rest of what evaluation loads

    found = []
    for (value,), part in test.partition_by(column, as_dict=True).items():
        labels = part[LABEL].to_numpy()
        figures = (measure(labels, values(part[name])) for name in (SCORE, BASELINE))
        found.append(Slice(column, str(value), part.height, float(labels.mean()), *figures))
    return sorted(found, key=lambda each: (-each.rows, each.value))
