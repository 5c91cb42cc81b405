"""The data set of a product that brings none: a formula with a fixed seed, so that the whole loop can be tried."""

from datetime import datetime, timedelta
from math import pi, sin

import numpy as np
import polars as pl

ABOUT = "Made-up data of four machines, to try the platform out. Write the question that this service answers."
TIME, ENTITY = "time", "machine"
LABELS = {"binary": "fault", "multiclass": "grade", "regression": "output"}
_KEYS, _DAYS, _EVERY = 4, 120, timedelta(hours=6)
_FROM = datetime(2026, 1, 1)  # noqa: DTZ001 - a file whose times have no zone, as most files


def example(task: str) -> pl.DataFrame:
    """Return four machines over 120 days: load, heat, and a label that both and the hour tell in part. All as text."""
    random = np.random.default_rng(20260101)
    rows, count = [], _DAYS * round(timedelta(days=1) / _EVERY)
    for key in range(_KEYS):
        load = 50.0 + 5 * key
        for step in range(count):
            at = _FROM + step * _EVERY
            load += 0.2 * (50 + 5 * key - load) + random.normal(0, 6)
            level = load + 12 * sin(2 * pi * at.hour / 24) + random.normal(0, 3)
            rows.append((at, f"m{key + 1}", load, 20 + 0.5 * load + random.normal(), _label(task, level)))
    frame = pl.DataFrame(rows, schema=[TIME, ENTITY, "load", "heat", LABELS[task]], orient="row").sort(TIME, ENTITY)
    return frame.with_columns(pl.col(pl.Float64).round(2), pl.col(TIME).dt.strftime("%Y-%m-%d %H:%M")).cast(pl.String)


def _label(task: str, level: float) -> float | int | str:
    if task == "regression":
        return level
    if task == "binary":
        return int(level > 65)  # noqa: PLR2004 - a part of the formula
    return "low" if level < 50 else "high" if level > 65 else "middle"  # noqa: PLR2004 - the same
