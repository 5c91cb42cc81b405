"""The figures of a new product's contract, derived from its rows: periods, thresholds, window. Pure."""

import math
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from sixfold.errors import SixfoldError
from sixfold.periods import Windows

FEWEST_ROWS = 60
"""With a known label: 36 to learn from, 12 to choose on and 12 to judge on."""
_LEARN, _CHOOSE = 0.6, 0.8
_MIN_LABELS = (20, 200)
_HOUR = 3600
_UNITS = (("day", 86400), ("hour", _HOUR), ("minute", 60), ("second", 1))


@dataclass(frozen=True)
class Figures:
    """Figures of a product.yaml and a model.py, under the names that these have for them.

    `validate_from` and `test_from` are the moments that the lengths `validate` and `test` give for these rows.
    """

    validate: str
    test: str
    validate_from: datetime
    test_from: datetime
    release_margin: float
    live_threshold: float
    threshold_reason: str
    window_hours: int
    min_labels: int
    label_delay_hours: int


def figures(rows: pl.DataFrame, task: str, entity: str | None) -> Figures:
    """Return the figures for rows of `at`, `key` and `label`, whose labels are known with the next row of their key.

    Raises:
        SixfoldError: there are too few rows, or a period lacks what the task needs.

    """
    rows = rows.sort("at", "key").with_columns(
        next=pl.col("at").shift(-1).over("key"), last=pl.col("label").shift(1).over("key")
    )
    known = rows.drop_nulls("next")
    if known.height < FEWEST_ROWS:
        of = f" of the same {entity}" if entity else ""
        raise SixfoldError(
            f"{known.height} rows have a next row{of}, which makes their label known; {FEWEST_ROWS} are needed to "
            "learn from, to choose on and to judge on",
            remedy="give a file with more rows" + (", or another --entity, with more rows of each" if entity else ""),
        )
    begin, end = known["at"][0], known["at"][-1]
    windows = _windows(known)
    _, validate_from, test_from, _ = windows.until(end)
    _require_all(known, task, validate_from, test_from)
    test = known.filter(pl.col("at") >= test_from)
    min_labels = min(max(test.height // 10, _MIN_LABELS[0]), _MIN_LABELS[1])
    hours = max((end - begin).total_seconds() / _HOUR, 1)
    window = math.ceil(hours / known.height * min_labels * 3 / 24) * 24
    delay = (known["next"] - known["at"]).dt.total_seconds().quantile(0.95) or _HOUR
    margin, threshold, reason = _margins(task, known, test)
    return Figures(
        validate=windows.validate,
        test=windows.test,
        validate_from=validate_from,
        test_from=test_from,
        window_hours=window,
        min_labels=min_labels,
        label_delay_hours=max(math.ceil(delay / _HOUR), 1),
        release_margin=margin,
        live_threshold=threshold,
        threshold_reason=reason,
    )


def _margins(task: str, known: pl.DataFrame, test: pl.DataFrame) -> tuple[float, float, str]:
    """Return the release margin, the live threshold, and the reason for the threshold."""
    if task == "binary":
        return 0.01, 0.5, "no better than chance"
    if task == "multiclass":
        share = max(known["label"].value_counts()["count"].to_list()) / known.height
        return 0.01, _short(share), "less than this is worse than always the most frequent class"
    errors = (test["label"] - test["last"]).abs().drop_nulls().to_list()
    naive = sum(errors) / len(errors) if errors else 1.0
    return _short(naive / 50), _short(2 * naive), f"twice the error of the last known number, {_short(naive)}"


def _windows(known: pl.DataFrame) -> Windows:
    """Return the windows of the shares, in the longest unit that leaves rows before each of them."""
    begin, end = known["at"][0], known["at"][-1]
    for unit, seconds in _UNITS:
        until = Windows(validate=f"1 {unit}", test=f"1 {unit}").until(end).test_until
        choose, test = (
            math.ceil((until - _cut(known, share)).total_seconds() / seconds) for share in (_LEARN, _CHOOSE)
        )
        windows = Windows(validate=_length(max(choose - test, 1), unit), test=_length(test, unit))
        if choose > test and begin < windows.until(end).validate_from:
            break
    return windows


def _length(count: int, unit: str) -> str:
    return f"{count} {unit}{'s' if count > 1 else ''}"


def _cut(known: pl.DataFrame, share: float) -> datetime:
    moment: datetime = known["at"][math.floor(known.height * share)]
    return moment


def _require_all(known: pl.DataFrame, task: str, validate_from: datetime, test_from: datetime) -> None:
    """Do nothing where each period has what the task needs.

    Raises:
        SixfoldError: a period is empty, or has one outcome only; or a class occurs after the learning only.

    """
    at = pl.col("at")
    parts = {
        "oldest 60%": known.filter(at < validate_from),
        "next 20%": known.filter(at >= validate_from, at < test_from),
        "newest 20%": known.filter(at >= test_from),
    }
    for name, part in parts.items():
        if part.is_empty():
            raise SixfoldError(
                f"too many rows have the same time: none are left for the {name}", remedy="give a file of a longer time"
            )
        if task == "binary" and part["label"].n_unique() < 2:  # noqa: PLR2004 - yes and no
            raise SixfoldError(
                f"the {name} of the rows have one outcome only, so that no model can be learned or judged on them",
                remedy="give a file of a longer time, in which both outcomes occur throughout",
            )
    if task == "multiclass" and parts["oldest 60%"]["label"].n_unique() < known["label"].n_unique():
        raise SixfoldError(
            "a class does not occur in the oldest 60% of the rows, which the model learns from",
            remedy="give a file of a longer time, or remove the rows of that class",
        )


def _short(value: float) -> float:
    """Return two significant digits."""
    return float(f"{value:.2g}")
