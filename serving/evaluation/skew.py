"""Asks `models.skew`, in a process of its own, whether the lake confirms what was served.

Serving does not import how features are made, and the memory of that job is given back when it ends.
"""

import os
import subprocess
import sys
from datetime import datetime, timedelta

from pydantic import Field

from sixfold.contract import Strict
from sixfold.environment import Platform
from sixfold.errors import SixfoldError

_WINDOW = timedelta(days=1)
_PATIENCE_S = 600


class Skew(Strict):
    """How many predictions of the last day were recomputed, and how many had been served something else."""

    rows: int
    differing: int
    unanswered: int
    features: dict[str, int] = Field(default_factory=dict)


def skew(platform: Platform, product: str, now: datetime) -> Skew:
    """Recompute a product's last day of predictions.

    Raises:
        SixfoldError: the job failed; the message has its last words.

    """
    asked = ["--product", product, "--since", (now - _WINDOW).isoformat(), "--until", now.isoformat()]
    done = subprocess.run(
        [sys.executable, "-m", "models.skew", *asked],
        env=os.environ | {"SIXFOLD_PLATFORM": platform.model_dump_json()},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise SixfoldError(
            f"the features of {product} could not be recomputed: {done.stderr.strip()[-800:]}",
            remedy="build the features: `sixfold data load`",
        )
    return Skew.model_validate_json(done.stdout)
