"""A broken model, seen by the real evaluation, Prometheus and Alertmanager, and told to the team that owns it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.plans import names
from infra.plans.monitoring.local import WEB, plan_monitoring
from infra.plans.routing.traffic import plan_traffic
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.stack import Pin, Traffic

GOOD, BROKEN = "a" * 64, "b" * 64
WITHIN_S = 240
Rows = Callable[..., list[dict[str, Any]]]
Write = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def ports(free_port: Callable[[], int]) -> dict[str, int]:
    return {name: free_port() for name in names.SERVICES}


@pytest.fixture
def monitored(platform: PlatformRefs, product: Product, ports: dict[str, int], tmp_path: Path) -> Iterator[Path]:
    """The monitors as a stack starts them, and the file in which alerts arrive."""
    both = Traffic(releases=(Pin(release=GOOD, weight=50), Pin(release=BROKEN, weight=50)))
    products, nobody = {product.name: product}, {GOOD: "127.0.0.1:9", BROKEN: "127.0.0.1:10"}
    traffic = plan_traffic(
        products=products,
        pins={product.name: {"v1": both}},
        address=lambda _product, _version, release: nobody[release],
        today=datetime.now(UTC).date(),
    )
    plan = plan_monitoring(stack="test", products=products, traffic=traffic, ports=ports, password="p")
    for name, content in {**plan.prometheus, **plan.alertmanager}.items():
        (tmp_path / name).write_text(content)
    inbox, settings = tmp_path / "alerts.jsonl", {"SIXFOLD_HOME": str(tmp_path), "SIXFOLD_LOGIN": "sixfold:p"}
    with ExitStack() as running:
        for command in (
            [sys.executable, "-m", "monitoring.inbox", f"--port={ports['inbox']}", f"--file={inbox}"],
            [sys.executable, "-m", "monitoring.evaluation", f"--port={ports['evaluation']}"],
            _monitor("alertmanager", ports, tmp_path, "--cluster.listen-address=", f"--storage.path={tmp_path / 'am'}"),
            _monitor("prometheus", ports, tmp_path, f"--storage.tsdb.path={tmp_path / 'tsdb'}"),
        ):
            environment = os.environ | settings | {"SIXFOLD_PLATFORM": platform.model_dump_json()}
            process = running.enter_context(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
            running.callback(process.kill)
        yield inbox


def _monitor(name: str, ports: dict[str, int], folder: Path, *arguments: str) -> list[str]:
    listen, login = f"--web.listen-address={names.socket(ports[name])}", f"--web.config.file={folder / WEB}"
    return [str(Path(sys.prefix, "bin", name)), f"--config.file={folder / name}.yml", listen, login, *arguments]


def wait_for(what: Callable[[], Any]) -> Any:
    """Return the result of `what` once it is not empty."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(1)
    return pytest.fail(f"nothing within {WITHIN_S} s")


def arrived(inbox: Path, name: str) -> list[dict[str, Any]]:
    lines = inbox.read_text().splitlines() if inbox.exists() else []
    return [alert for alert in map(json.loads, lines) if alert["labels"]["alertname"] == name]


def test_a_broken_model_is_told_to_its_team_and_a_good_one_is_not(
    predictions: Rows, landings: Rows, log: Write, label: Write, monitored: Path, ports: dict[str, int]
) -> None:
    answered = predictions(3000, release=GOOD)
    broken = [
        row | {"release": BROKEN, "prediction_id": f"b{n}", "score": 1 - row["score"]} for n, row in enumerate(answered)
    ]
    label(landings(answered, hours=3))
    log([*answered, *broken, *predictions(10, day=2, release=GOOD)])
    (first, *_) = wait_for(lambda: arrived(monitored, "ModelMetricBreach"))
    assert (first["receiver"], first["labels"]["release"], first["labels"]["severity"]) == (
        "arrivals-page",
        "b" * 12,
        "page",
    )
    assert first["annotations"]["runbook_url"].endswith("ModelMetricBreach.md")
    assert {alert["labels"]["release"] for alert in arrived(monitored, "ModelMetricBreach")} == {"b" * 12}
    asked = {"query": 'sixfold_live_metric{slice=""}'}
    found = httpx.get(f"{names.address(ports['prometheus'])}/api/v1/query", params=asked, auth=("sixfold", "p")).json()[
        "data"
    ]["result"]
    figures = {each["metric"]["release"]: float(each["value"][1]) for each in found}
    assert figures["a" * 12] + figures["b" * 12] == pytest.approx(1, abs=1e-6)
    assert figures["a" * 12] > 0.62
