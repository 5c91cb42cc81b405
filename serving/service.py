"""The BentoML service. It is wiring only: BentoML packages and runs it, `serving.app` answers."""

import os

# BentoML always asks prometheus-client for its mode of many processes, whose files outlive their processes and whose
# figures are then those of a dead one with the same id. There is one worker; this must come before the first metric.
os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)

import bentoml

from serving.app import create_app
from serving.runtime import load

CONFIG = {
    "workers": 1,
    "traffic": {"timeout": 30},
    "metrics": {"enabled": False},
    "logging": {"access": {"enabled": False}},
}


@bentoml.service(**CONFIG)
@bentoml.asgi_app(create_app(load), path="/")
class Sixfold:
    """One release of one product."""
