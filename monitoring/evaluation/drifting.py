"""Drift of served features and scores against the release's own training data. No label is needed."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import polars as pl

from sixfold.declared import Strict
from sixfold.drift import Reference, kolmogorov_smirnov, population_stability

FEWEST = 200
"""A distribution of fewer rows says more about chance than about drift."""

References = Callable[[str], Mapping[str, Reference]]


class Drift(Strict):
    """One feature of one release, or its `score`, over the window; `psi` and `ks` as in `sixfold.drift`."""

    api_version: str
    release: str
    feature: str
    psi: float
    ks: float
    missing: float


def drifts(sample: pl.DataFrame, references: References, span: timedelta) -> list[Drift]:
    """Return the drift of each feature of each release.

    Args:
        sample: features as served (`join.features`).
        references: gives by release what it was trained on; a release that brings none has no drift.
        span: of the time that a release has served; less is a day of the week, not a drift.

    """
    if sample.is_empty():
        return []
    parts = sample.partition_by("api_version", "release", as_dict=True)
    return [
        _drift(str(version), str(release), name, reference, part)
        for (version, release), part in sorted(parts.items())
        if part.height >= FEWEST and part["time"].max() - part["time"].min() >= span  # type: ignore[operator] # moments
        for name, reference in references(str(release)).items()
        if name in part.columns
    ]


def _drift(version: str, release: str, name: str, reference: Reference, part: pl.DataFrame) -> Drift:
    values = part[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return Drift(
        api_version=version,
        release=release,
        feature=name,
        psi=population_stability(reference, values),
        ks=kolmogorov_smirnov(reference, values),
        missing=part[name].null_count() / part.height,
    )
