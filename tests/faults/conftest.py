"""Where kills are tried."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from pulumi_sixfold.kit.handler import Handler, ProviderArgs
from tests.engine.conftest import engine, pulumi_project
from tests.faults._campaign import Outcome, campaign, one_stand
from tests.faults._points import PHASES, Point, sample
from tests.faults._programs import PROGRAMS
from tests.faults._proxy import Proxy, proxied
from tests.faults._sample import seed
from tests.faults._stand import Stand

__all__ = ["engine", "pulumi_project"]

POINTS = sample(list(PROGRAMS), len(PROGRAMS) * len(PHASES), seed())


@pytest.fixture(scope="session")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Point, Outcome]]:
    """Outcomes of the points of all selected tests."""
    tests = [item for item in request.session.items if "outcomes" in getattr(item, "fixturenames", ())]
    wanted = [test.callspec.params["point"] for test in tests]  # type: ignore[attr-defined]
    with campaign(tmp_path_factory.mktemp("faults")) as running:
        yield {outcome.point: outcome for outcome in running.run(wanted)}


@pytest.fixture
def proxy(moto: str) -> Iterator[Proxy]:
    """A proxy in front of an AWS that is empty."""
    with proxied(moto) as proxy:
        yield proxy


@pytest.fixture
def make(proxy: Proxy) -> Callable[[type[Handler[Any]]], Any]:
    """A function that makes a handler whose AWS is behind the proxy."""
    return lambda kind: kind(ProviderArgs(region="eu-west-1", endpoint=proxy.url), Event())


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """One stand for all tests of a file."""
    with one_stand(tmp_path_factory.mktemp("faults") / "stand") as stand:
        yield stand


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test of a point one of the sample."""
    if "point" in metafunc.fixturenames:
        metafunc.parametrize("point", POINTS, ids=str)
