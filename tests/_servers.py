"""Servers that tests start: awaited, and ended with the test."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

_READY_WITHIN_S = 60


@contextmanager
def running(
    command: Sequence[str | Path], url: str, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block; it begins when a GET of the URL succeeds."""
    with log.open("wb") as out, subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT) as server:
        try:
            _wait_until_ready(url, server, log)
            yield server
        finally:
            server.terminate()


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(url).raise_for_status() and None
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {_READY_WITHIN_S} s\n{log.read_text()}")
