"""What a real Prometheus believes of a release that lies."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from infra.plans.monitoring.prometheus import RELEASES, Target, prometheus_config
from infra.plans.monitoring.scraping import OF_A_RELEASE_ONLY
from serving.metrics import Identity, Metrics
from sixfold import metric_names
from tests._servers import running

OWN = {"product": "flight-delays", "api_version": "v1", "release": "abc"}
LIE = ("product", "api_version", "release", "job", "instance")


def lies() -> CollectorRegistry:
    """Return requests and a live metric of somebody else, and a metric that nobody knows."""
    registry = CollectorRegistry()
    Counter("sixfold_requests", "-", (*LIE, "code"), registry=registry).labels(
        "other", "v9", "def", "x", "y", "200"
    ).inc()
    for name in ("sixfold_live_metric", "sixfold_quarantine_rate", "up", "odd"):
        Gauge(name, "-", LIE, registry=registry).labels("other", "v9", "def", "evaluation", "y").set(1)
    return registry


@pytest.fixture(scope="module")
def series(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, str]]]:
    """The labels of every series after a scrape of the liar."""
    folder, where = tmp_path_factory.mktemp("prometheus"), f"127.0.0.1:{free_port()}"
    server, thread = start_http_server(0, addr="127.0.0.1", registry=lies())
    target = Target(job=RELEASES, address=f"127.0.0.1:{server.server_port}", labels=OWN)
    config = prometheus_config(stack="local", targets=[target], rule_file="none.yml", interval_s=1)
    (folder / "prometheus.yml").write_text(json.dumps(config))
    command = [Path(sys.prefix, "bin", "prometheus"), f"--config.file={folder / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={where}"]
    with running(command, f"http://{where}/-/healthy", folder / "log"):
        yield found(f"http://{where}")
    server.shutdown()
    server.server_close()
    thread.join()


def found(url: str) -> list[dict[str, str]]:
    for _ in range(100):
        answer: Any = httpx.get(f"{url}/api/v1/series", params={"match[]": '{__name__=~".+"}'}).json()
        if any(each["__name__"] == metric_names.REQUESTS for each in answer.get("data", [])):
            return list(answer["data"])
        time.sleep(0.1)
    return pytest.fail(f"nothing was scraped: {answer}")


def test_a_release_speaks_for_itself_alone(series: list[dict[str, str]]) -> None:
    assert all(each[name] == value for each in series for name, value in OWN.items())
    assert {each["job"] for each in series} == {RELEASES}
    assert not [name for each in series for name in each if name.startswith("exported_")]


def test_a_release_exports_what_a_release_may(series: list[dict[str, str]]) -> None:
    own = {each["__name__"] for each in series if not each["__name__"].startswith(("scrape_", "up"))}
    assert own == {metric_names.REQUESTS}
    (up,) = (each for each in series if each["__name__"] == "up")
    assert up["job"] == RELEASES


def test_every_metric_of_a_release_is_kept_and_none_of_the_other_jobs() -> None:
    registry = CollectorRegistry()
    Metrics(Identity("p", "v1", "abc"), ["someone"], 100, registry)
    samples = {f"{family.name}_total" if family.type == "counter" else family.name for family in registry.collect()}
    assert samples
    dropped = [name for name in samples if not re.fullmatch(OF_A_RELEASE_ONLY, name)]
    assert not dropped, "name them in metric_names.OF_A_RELEASE"
    others = {value for name, value in vars(metric_names).items() if name.startswith(("LIVE", "DRIFT", "EVAL", "SKEW"))}
    assert not [name for name in others if re.fullmatch(OF_A_RELEASE_ONLY, name)]
