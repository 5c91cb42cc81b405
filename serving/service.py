"""The BentoML service. It is wiring only: BentoML packages and runs it, `serving.app` answers."""

import ctypes
import os
import signal
import sys

# BentoML always asks prometheus-client for its mode of many processes, whose files outlive their processes and whose
# figures are then those of a dead one with the same id. There is one worker; this must come before the first metric.
os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)

import bentoml

from serving.app import create_app
from serving.runtime import Runtime, load

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
CONFIG = {
    "workers": 1,
    "traffic": {"timeout": 30},
    "metrics": {"enabled": False},
    "logging": {"access": {"enabled": False}},
}


def start() -> Runtime:
    """Load the release in BentoML's worker, which is to stop when its parent is killed: it would hold the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return load()


@bentoml.service(**CONFIG)
@bentoml.asgi_app(create_app(start), path="/")
class Sixfold:
    """One release of one product."""
