"""The search over parameters, on Ray: in this process's own two workers, or on a cluster."""

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.frameworks.base import Framework, Params, Part
from sixfold.tasks import Floats, Measure
from sixfold.telemetry import QUIET

_LOCAL_WORKERS = 2
_LOCAL_OBJECT_STORE = 256 * 1024**2


@dataclass(frozen=True)
class Trial:
    """Parameters that settle the model, and the metric on the validation period."""

    params: Params
    value: float


def attempt(framework: Framework, params: Params, measure: Measure, train: Part, validate: Part) -> Trial:
    """Fit one set of parameters and measure it on the validation period."""
    model = framework.fit(params, train, validate)
    return Trial(model.params, measure(validate.labels, model.score(validate.features)))


def search(
    framework: Framework, space: Sequence[Params], measure: Measure, train: Part, validate: Part
) -> Iterator[Trial]:
    """Yield each trial of `space` as it ends; their results do not depend on that order."""
    with _ray() as ray:
        run = ray.remote(num_cpus=1)(attempt)
        shared = ray.put(train), ray.put(validate)
        running = [run.remote(framework, params, measure, *shared) for params in space]
        while running:
            (ended, *_), running = ray.wait(running)
            yield ray.get(ended)


def best(trials: Sequence[Trial], direction: str) -> Trial:
    """Return the trial with the best metric; of equals the one with the fewest rounds, then by parameters."""
    sign = 1 if direction == "higher" else -1

    def rank(trial: Trial) -> tuple[float, int, list[str]]:
        return sign * trial.value, -trial.params.get("rounds", 0), sorted(map(str, trial.params.items()))

    return max(trials, key=rank)


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


def matrix(frame: Any, columns: Sequence[str], missing: Mapping[str, float]) -> Floats:  # noqa: ANN401 - a polars frame
    """Return columns of a polars frame as float32 [n, k]; where null, what `missing` says by name, else nan."""
    found: Floats = np.array(frame.select(columns).to_numpy(), dtype=np.float32)
    for place, name in enumerate(columns):
        if name in missing:
            found[np.isnan(found[:, place]), place] = missing[name]
    return np.ascontiguousarray(found)
