"""A real Prometheus that has a past."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx

EVERY = timedelta(minutes=1)
_READY_WITHIN_S = 120
_BIN = Path(sys.prefix, "bin")
History = Mapping[str, Sequence[float | None]]
"""Series, as `name{label="value"}` → its values, a minute apart; None where it was not there."""


@contextmanager
def remembering(history: History, until: datetime, folder: Path, port: int) -> Iterator[str]:
    """Run a Prometheus, in whose past these were the values up to a moment, and give its address."""
    text = "".join(_lines(series, values, until) for series, values in history.items())
    (folder / "history.txt").write_text(f"{text}# EOF\n")
    (folder / "prometheus.yml").write_text("{}")
    write = [_BIN / "promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "history.txt", folder / "data"]
    subprocess.run(write, check=True, capture_output=True)
    serve = [
        _BIN / "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
    ]
    where = f"127.0.0.1:{port}"
    with subprocess.Popen([*serve, f"--web.listen-address={where}"], stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://{where}/-/ready", process)
            yield f"http://{where}"
        finally:
            process.kill()


def _lines(series: str, values: Sequence[float | None], until: datetime) -> str:
    first = until - EVERY * (len(values) - 1)
    return "".join(
        f"{series} {value} {(first + EVERY * minute).timestamp()}\n"
        for minute, value in enumerate(values)
        if value is not None
    )


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within {_READY_WITHIN_S} s")
