"""Servers that tests start: awaited, and ended with the test."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

_READY_WITHIN_S = 120


@contextmanager
def running(
    command: Sequence[str | Path], url: str, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block; it begins when a GET of the URL succeeds."""
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=env, cwd=cwd, stdout=out, stderr=subprocess.STDOUT) as server,
    ):
        try:
            await_answer(url, server, log)
            yield server
        finally:
            server.terminate()


def await_answer(url: str, server: "subprocess.Popen[Any] | None" = None, log: Path | None = None) -> None:
    """Wait until a GET of the URL succeeds; the test fails with the server's log where that takes too long."""
    deadline = time.monotonic() + _READY_WITHIN_S
    while not answers(url):
        if time.monotonic() > deadline or (server and server.poll() is not None):
            pytest.fail(f"{url} did not answer within {_READY_WITHIN_S} s\n{log.read_text() if log else ''}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Tell whether a GET of the URL succeeds: what starts refuses the connection, or answers 503."""
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
