"""Experiments: every training run of a stack, with its trials, kept so that any of them can be a candidate again.

Files in the features bucket, which whoever trains may write: `<package>/experiments/<run>/`, and no server. A run is
named by the first digits of its training key: the same data, code and libraries are the same run.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import FiniteFloat

from models import aws
from models.candidate import Candidate
from models.training.train import TRIALS
from sixfold.declared import Strict
from sixfold.errors import SixfoldError
from sixfold.moments import Moment
from sixfold.outputs import PlatformRefs
from sixfold.release import SHORT

FILES = ("model.onnx", "test.parquet", "origin.json", TRIALS, "candidate.json")
"""The files of a candidate that a run keeps; `candidate.json` makes a folder whole, and is written last."""
_RUN = "run.json"


class Trial(Strict):
    """Parameters that were tried, and the metric on the validation period."""

    params: dict[str, Any]
    value: FiniteFloat


class Run(Strict):
    """One training run: who made it when, of which code and data, and how good it was on the test months."""

    id: str
    product: str
    at: Moment
    by: str
    seconds: float
    git_commit: str
    training_key: str
    feature_hash: str
    metric: str
    metrics: dict[str, FiniteFloat]
    params: dict[str, Any]
    trials: tuple[Trial, ...] = ()
    content: dict[str, str]
    snapshots: dict[str, int]
    environment: dict[str, str]

    @property
    def value(self) -> float | None:
        """The product's metric on the test months."""
        return self.metrics.get(self.metric)


class Experiments:
    """The runs of one product on one stack.

    Args:
        platform: which stack and bucket.
        package: the product's Python package.

    """

    def __init__(self, platform: PlatformRefs, package: str) -> None:
        self._s3, self._bucket = aws.s3(platform), platform.features_bucket
        self._prefix = f"{package}/experiments/"

    def keep(self, run: Run, candidate: Candidate) -> None:
        """Keep a run with its candidate; one that is kept already stays as it was."""
        if run.id in self._ids():
            return
        for name in FILES:
            if (path := candidate.path / name).exists():
                self._s3.upload_file(str(path), self._bucket, f"{self._prefix}{run.id}/{name}")
        self._s3.put_object(
            Bucket=self._bucket, Key=f"{self._prefix}{run.id}/{_RUN}", Body=run.model_dump_json(indent=2).encode()
        )

    def runs(self) -> list[Run]:
        """Return all runs, the newest first; one that was interrupted while it was kept is none."""
        bodies = (self._read(f"{self._prefix}{each}/{_RUN}") for each in self._ids())
        return sorted(map(Run.model_validate_json, bodies), key=lambda run: run.at, reverse=True)

    def find(self, prefix: str) -> Run:
        """Return the run whose id begins so.

        Raises:
            SixfoldError: there is none, or several.

        """
        runs = self.runs()
        fitting = [run for run in runs if prefix and run.id.startswith(prefix)]
        if len(fitting) != 1:
            known = ", ".join(run.id for run in runs[:10]) or "none yet: `sixfold train` makes one"
            many = "could be any of several runs" if fitting else "is no run"
            raise SixfoldError(f"{prefix!r} {many}", remedy=f"name one of these, newest first: {known}")
        return fitting[0]

    def take(self, run: Run, folder: Path) -> Candidate:
        """Make a run the candidate in `folder`, in place of the one there, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "candidate.json").unlink(missing_ok=True)  # until all is there, the folder has no candidate
        kept = self._names(run)
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
            if name in kept:
                self._s3.download_file(self._bucket, f"{self._prefix}{run.id}/{name}", str(folder / name))
        return Candidate(folder)

    def _names(self, run: Run) -> set[str]:
        return {key.rsplit("/", 1)[-1] for key in self._keys() if f"/{run.id}/" in key}

    def _ids(self) -> list[str]:
        whole = re.compile(rf"{re.escape(self._prefix)}([0-9a-f]+)/{re.escape(_RUN)}")
        return [match[1] for key in self._keys() if (match := whole.fullmatch(key))]

    def _keys(self) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def _read(self, key: str) -> bytes:
        return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()


def id_of(candidate: Candidate) -> str:
    """Return the id of the run that made a candidate."""
    return candidate.record.training_key[:SHORT]


def trials_of(candidate: Candidate) -> tuple[Trial, ...]:
    """Return the trials of the search that led to a candidate; none where it was fitted without a search."""
    path = candidate.path / TRIALS
    return tuple(Trial.model_validate(each) for each in json.loads(path.read_text())) if path.exists() else ()


def differences(one: Run, other: Run) -> dict[str, tuple[object, object]]:
    """Return all that differs between two runs, by name: first what went into them, then what came out."""
    parts: Mapping[str, tuple[Mapping[str, object], Mapping[str, object]]] = {
        "data": (one.content, other.content),
        "environment": (one.environment, other.environment),
        "parameter": (one.params, other.params),
        "metric": (one.metrics, other.metrics),
    }
    found: dict[str, tuple[object, object]] = {}
    if one.feature_hash != other.feature_hash:
        found["feature definitions"] = (one.feature_hash[:SHORT], other.feature_hash[:SHORT])
    if one.git_commit != other.git_commit:
        found["commit"] = (one.git_commit[:SHORT], other.git_commit[:SHORT])
    for kind, (ours, theirs) in parts.items():
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                found[f"{kind} {name}"] = (ours.get(name), theirs.get(name))
    return found
