"""A real Prometheus that has a past."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests._servers import await_answer

EVERY = timedelta(minutes=1)
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
            await_answer(f"http://{where}/-/ready", process)
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
