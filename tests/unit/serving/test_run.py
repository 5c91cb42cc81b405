import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
import pytest

from delivery.package import ROOT, build
from models.aws import open_catalog
from models.candidate import Signature
from products.flight_delays import service as flight_delays
from serving.prediction_log import FLUSH_S
from serving.run import flags
from serving.runtime import require_all_features
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.releases import Record, Registry
from tests._servers import answers

Start = Callable[[str], "subprocess.Popen[str]"]


class Served(NamedTuple):
    """A release, its process, and a client of it."""

    digest: str
    process: "subprocess.Popen[str]"
    client: httpx.Client


@pytest.fixture
def port(free_port: Callable[[], int]) -> int:
    return free_port()


@pytest.fixture
def publish(platform: PlatformRefs, candidate: Path, tmp_path: Path) -> Callable[[], str]:
    """Return a function that publishes the candidate as it is now, and returns its digest."""

    def go() -> str:
        product = load_product(ROOT / "products" / "flight_delays" / "product.yaml")
        archive, digest = build(candidate, product)
        origin = {"git_commit": "", "lock_hash": "", "feature_hash": "", "training_key": "", "snapshots": {}}
        record = Record(product=product.name, digest=digest, created=datetime.now(UTC), metrics={}, **origin)
        Registry(platform, tmp_path / "home").publish(record, archive)
        return digest

    return go


@pytest.fixture
def start(platform: PlatformRefs, tmp_path: Path, port: int) -> Start:
    """Return a function that starts a release on `port`."""

    def go(digest: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "serving.run", "--product", "flight-delays", "--api-version", "v1"]
        settings = {"SIXFOLD_PLATFORM": platform.model_dump_json(), "SIXFOLD_HOME": str(tmp_path / "home")}
        return subprocess.Popen(
            [*command, "--release", digest, "--port", str(port)],
            env=os.environ | settings,
            stderr=subprocess.PIPE,
            text=True,
        )

    return go


def wait_until_ready(process: "subprocess.Popen[str]", port: int) -> None:
    for _ in range(1200):
        assert process.poll() is None, process.stderr.read()  # type: ignore[union-attr] # it is a pipe
        if answers(f"http://127.0.0.1:{port}/readyz"):
            return
        time.sleep(0.05)
    pytest.fail("the release is not ready within a minute")


@pytest.fixture
def served(publish: Callable[[], str], start: Start, port: int) -> Iterator[Served]:
    """Return a release that a real server serves."""
    digest = publish()
    with start(digest) as process, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        wait_until_ready(process, port)
        yield Served(digest, process, client)
        process.terminate()
        process.wait(60)


def test_a_release_answers_with_what_is_in_its_bento(served: Served, row: dict[str, Any]) -> None:
    answer = served.client.post("/predict", json=row)
    assert (answer.status_code, answer.json()["release"]) == (200, served.digest[:12])
    assert served.client.get("/nope").headers["content-type"] == "application/problem+json"
    exposed = served.client.get("/metrics").text
    assert "sixfold_predictions_total{" in exposed
    assert "bentoml_service" not in exposed


def test_a_graceful_stop_keeps_predictions_and_leaves_the_copy_as_it_was(
    platform: PlatformRefs, served: Served, row: dict[str, Any], tmp_path: Path
) -> None:
    answer = served.client.post("/predict", json=row).json()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0
    table = open_catalog(platform).load_table((platform.databases.predictions, "flight_delays"))
    assert table.scan().to_arrow()["prediction_id"].to_pylist() == [answer["prediction_id"]]
    away = platform.model_copy(update={"aws_endpoint": "http://127.0.0.1:9"})
    assert Registry(away, tmp_path / "home").fetch("flight-delays", served.digest)  # every file is as published


def test_a_worker_whose_server_is_killed_writes_its_log_and_frees_the_port(
    platform: PlatformRefs, served: Served, row: dict[str, Any], port: int
) -> None:
    answer = served.client.post("/predict", json=row).json()
    workers = psutil.Process(served.process.pid).children(recursive=True)
    served.process.kill()
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    table = open_catalog(platform).load_table((platform.databases.predictions, "flight_delays"))
    assert table.scan().to_arrow()["prediction_id"].to_pylist() == [answer["prediction_id"]]
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_killed_server_loses_at_most_what_came_since_its_last_flush(
    platform: PlatformRefs, served: Served, row: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[str] = []

    def send_until(written: int) -> int:
        """Predict until more than that many rows were written, and return how many were."""
        while (now := _written(served.client)) <= written:
            sent.append(served.client.post("/predict", json=row).raise_for_status().json()["prediction_id"])
        return now

    once = send_until(0)  # far below FLUSH_ROWS: it is the interval that flushes
    written = send_until(once)
    sent += [served.client.post("/predict", json=row).json()["prediction_id"] for _ in range(20)]
    kill_all(served.process)
    table = open_catalog(platform).load_table((platform.databases.predictions, "flight_delays"))
    kept = set(table.scan(selected_fields=("prediction_id",)).to_arrow()["prediction_id"].to_pylist())
    lost = [each for each in sent if each not in kept]
    said = f"of {len(sent)} predictions {len(lost)} were lost; {len(sent) - written} came since the last flush began"
    with capsys.disabled():
        print(f"\n{said}; one begins every {FLUSH_S:g} s")  # noqa: T201 - the figure is what the test shows
    assert len(lost) <= len(sent) - written, said
    assert lost == sent[len(sent) - len(lost) :], f"others than the last: {said}"


def kill_all(process: "subprocess.Popen[str]") -> None:
    """Kill -9 a server and its worker, which has the log: one whose parent alone is gone would go on and write it."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    for each in family:
        each.kill()
    process.wait(60)
    assert psutil.wait_procs(family, timeout=60)[1] == []


def _written(client: httpx.Client) -> int:
    """Return the number of predictions that the server reports as written to the lake."""
    name = "sixfold_prediction_log_written_total"
    lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(name)]
    return sum(int(float(line.split()[-1])) for line in lines if 'table="flight_delays"' in line)


@pytest.mark.parametrize("digest", ["b" * 64, "short"])
def test_a_release_that_is_not_there_ends_at_once_with_the_cause(start: Start, digest: str) -> None:
    with start(digest) as process:
        assert process.wait(60) == 1
        said = process.stderr.read()  # type: ignore[union-attr] # it is a pipe
    assert said.startswith("cannot serve flight-delays v1: ")
    assert ("is neither in" in said) or ("64 hex digits" in said)
    assert "Traceback" not in said


def test_a_model_that_is_broken_ends_at_once_with_the_cause(
    candidate: Path, publish: Callable[[], str], start: Start
) -> None:
    (candidate / "model.onnx").write_bytes(b"not a model")
    with start(publish()) as process:
        assert process.wait(60) == 1
        said = process.stderr.read()  # type: ignore[union-attr] # it is a pipe
    assert "the model model.onnx does not load" in said
    assert "Traceback" not in said


def test_no_release_reads_the_bytecode_of_another(tmp_path: Path) -> None:
    folders = {flags(tmp_path, release)["PYTHONPYCACHEPREFIX"] for release in ("a" * 64, "b" * 64)}
    assert len(folders) == 2


def test_a_candidate_that_does_not_say_where_its_features_are_is_not_served() -> None:
    with pytest.raises(SixfoldError, match="where its features wind_speed are read"):
        require_all_features(Signature(features=("weekday", "wind_speed")), flight_delays)
