"""Runs `models.features.skew` in a process of its own, to compare served features with the lake.

A process, although an import would do: this one lives for months at about 180 MiB. Feast alone adds 60 MiB to it for
good, and the join reads whole feature tables, whose memory an allocator keeps; the end of a process gives it all back.
The price is some seconds of one core for the imports, once in `SLOW_EVERY_S`.
"""

import os
import subprocess
import sys
from datetime import datetime, timedelta

from pydantic import Field, TypeAdapter

from sixfold.declared import Strict
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.wire import ENV_PLATFORM

_WINDOW = timedelta(days=1)
_PATIENCE_S = 600


class Skew(Strict):
    """Skew of one release: predictions of the last day that were recomputed, and those served with other features."""

    api_version: str
    release: str
    rows: int
    differing: int
    unanswered: int
    features: dict[str, int] = Field(default_factory=dict)


_SKEWS = TypeAdapter(list[Skew])


def skew(platform: PlatformRefs, product: str, now: datetime) -> list[Skew]:
    """Recompute a product's last day of predictions; return the skew of each release that made some.

    Raises:
        SixfoldError: the job failed; the message has its last words.

    """
    asked = ["--product", product, "--since", (now - _WINDOW).isoformat(), "--until", now.isoformat()]
    done = subprocess.run(
        [sys.executable, "-m", "models.features.skew", *asked],
        env=os.environ | {ENV_PLATFORM: platform.model_dump_json()},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise SixfoldError(
            f"the features of {product} could not be recomputed: {done.stderr.strip()[-800:]}",
            remedy=f"build the features: `sixfold data load {product}`",
        )
    return _SKEWS.validate_json(done.stdout)
