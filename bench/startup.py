"""How long the plugin takes from its start to the port that the engine waits for."""

import subprocess
from statistics import median
from time import perf_counter

from bench.stacks import ROOT

_TIMES = 7


def startup_s() -> float:
    """Return the median of several starts, seconds."""
    return median(_once() for _ in range(_TIMES))


def _once() -> float:
    plugin = ROOT / "pulumi_sixfold" / "bin" / "pulumi-resource-sixfold"
    began = perf_counter()
    with subprocess.Popen([plugin], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        port = process.stdout.readline()
        took = perf_counter() - began
        process.kill()
    if not port.strip().isdigit():
        raise SystemExit(f"the plugin did not start: it said {port!r}")
    return took
