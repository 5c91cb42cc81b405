"""Builds the Kubernetes control plane in the background of a run that has tests on it."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

BOOTSTRAP = [sys.executable, str(Path(__file__).parents[1] / "tools" / "bootstrap.py"), "--only", "cluster"]
_BUILD = pytest.StashKey[subprocess.Popen[bytes]]()


def build_for(config: pytest.Config, nodeids: Iterable[str]) -> None:
    """Begin the build, unless it is there or no test needs it; whoever needs it runs BOOTSTRAP, which waits for it."""
    if _BUILD in config.stash or not any(nodeid.startswith("tests/cluster/") for nodeid in nodeids):
        return
    config.stash[_BUILD] = subprocess.Popen(
        ["nice", "-n", "19", *BOOTSTRAP],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def end_build(config: pytest.Config) -> None:
    """Leave no build behind."""
    if build := config.stash.get(_BUILD, None):
        build.terminate()  # it ends its compiler and removes its draft
        build.wait()
