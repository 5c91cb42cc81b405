"""The search over parameters, on Ray: in this process's own two workers, or on a cluster."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from sixfold.metrics import Floats, Measure
from sixfold.telemetry import QUIET

Params = dict[str, Any]
# One thread a model and no timing-based choice: the same data gives the same bytes.
REPRODUCIBLE: Params = {
    "seed": 20130101, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1,
}  # fmt: skip
PATIENCE = 30
_LOCAL_WORKERS = 2
_LOCAL_OBJECT_STORE = 256 * 1024**2


@dataclass(frozen=True)
class Part:
    """Features [n, k] as float32 with nan where missing, and labels [n] of 0 and 1."""

    features: Floats
    labels: Floats


@dataclass(frozen=True)
class Trial:
    """Parameters, the number of trees that did best, and the metric on the validation period."""

    params: Params
    rounds: int
    value: float


def fit(params: Params, train: Part, rounds: int, validate: Part | None = None) -> Any:  # noqa: ANN401 - untyped library
    """Return a LightGBM booster; with a validation period it stops once that has not improved for `PATIENCE` trees."""
    import lightgbm as lgb  # noqa: PLC0415 - loaded where it trains, which may be another machine

    data = lgb.Dataset(train.features, train.labels)
    watched = [lgb.Dataset(validate.features, validate.labels, reference=data)] if validate else []
    stop: list[Callable[..., Any]] = [lgb.early_stopping(PATIENCE, verbose=False)] if validate else []
    return lgb.train({**params, **REPRODUCIBLE}, data, rounds, valid_sets=watched, callbacks=stop)


def attempt(params: Params, rounds: int, measure: Measure, train: Part, validate: Part) -> Trial:
    """Fit one set of parameters and measure it on the validation period."""
    booster = fit(params, train, rounds, validate)
    return Trial(params, booster.best_iteration, measure(validate.labels, booster.predict(validate.features)))


def search(space: Sequence[Params], rounds: int, measure: Measure, train: Part, validate: Part) -> Iterator[Trial]:
    """Yield each trial of `space` as it ends; their results do not depend on that order."""
    with _ray() as ray:
        run = ray.remote(num_cpus=1)(attempt)
        shared = ray.put(train), ray.put(validate)
        running = [run.remote(params, rounds, measure, *shared) for params in space]
        while running:
            (ended, *_), running = ray.wait(running)
            yield ray.get(ended)


def best(trials: Sequence[Trial], direction: str) -> Trial:
    """Return the trial with the best metric; of equals the one with the fewest trees, then by parameters."""
    sign = 1 if direction == "higher" else -1
    return max(trials, key=lambda trial: (sign * trial.value, -trial.rounds, sorted(map(str, trial.params.items()))))


@contextmanager
def _ray() -> Iterator[Any]:
    """Join the cluster that `RAY_ADDRESS` names, or start one of this process's own that leaves nothing behind."""
    os.environ.update({**QUIET, "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"})
    cluster = os.environ.get("RAY_ADDRESS")
    if not cluster:
        # Without the last one Ray looks for an address that others can reach, even where it is given 127.0.0.1.
        os.environ.update(RAY_AUTH_MODE="token", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # Ray reads it once in the life of a process
    import ray  # noqa: PLC0415 - reads its environment when it is imported

    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        local: dict[str, Any] = {
            "num_cpus": _LOCAL_WORKERS,
            "object_store_memory": _LOCAL_OBJECT_STORE,
            "include_dashboard": False,
            "_temp_dir": folder,
        }
        ray.init(cluster or "local", log_to_driver=False, configure_logging=False, **({} if cluster else local))
        try:
            yield ray
        finally:
            ray.shutdown()


def matrix(frame: Any, columns: Sequence[str]) -> Floats:  # noqa: ANN401 - a polars frame
    """Return columns of a polars frame as float32 [n, k], nan where null."""
    found: Floats = np.ascontiguousarray(frame.select(columns).to_numpy(), dtype=np.float32)
    return found
