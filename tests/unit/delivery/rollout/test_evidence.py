"""Evidence of a rollout on errors and latency, from a real Prometheus with a past."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery.rollout.decision import Requests
from delivery.rollout.evidence import requests
from monitoring.prometheus import AtAddress
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from tests._history import remembering

PRODUCT = load_product(Path(__file__).parents[4] / "products/flight_delays/product.yaml")
OLD, NEW = "a" * 12, "b" * 12
FAST = f'le="{PRODUCT.slo.latency_ms / 1000}"'
Known = Callable[..., Any]


def of(release: str, pod: str, **labels: str) -> str:
    named = {"product": PRODUCT.name, "api_version": "v1", "release": release, "instance": pod, **labels}
    return "{" + ",".join(f'{name}="{value}"' for name, value in named.items()) + "}"


def asked(release: str, pod: str, code: int = 200) -> str:
    return "sixfold_requests_total" + of(release, pod, code=str(code), consumer="rebooking")


# Ten minutes, of which the last five count.
PAST = {
    asked(OLD, "stays"): [100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200],
    asked(OLD, "goes"): [500, 500, 500, 500, 500, 500, 540, None, None, None, None],
    asked(OLD, "comes"): [None] * 8 + [3, 5, 7],
    asked(OLD, "starts anew"): [90, 90, 90, 90, 90, 90, 4, 8, 8, 8, 8],
    asked(OLD, "stays", 500): [None] * 9 + [1, 2],
    asked(NEW, "stays"): [None] * 6 + [0, 0, 0, 5, 5],
    "sixfold_shadow_requests_total" + of(NEW, "stays", code="200"): [None] * 6 + [0, 20, 40, 60, 70],
    "sixfold_request_seconds_count" + of(OLD, "stays"): [100] * 6 + [110, 120, 130, 140, 150],
    f"sixfold_request_seconds_bucket{of(OLD, 'stays')[:-1]},{FAST}}}": [90] * 6 + [100, 109, 118, 127, 136],
}


@pytest.fixture(scope="module")
def known(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """A function that gives what is known of the requests since the middle of that past."""
    now = datetime.now(UTC)
    with remembering(PAST, now, tmp_path_factory.mktemp("prometheus"), free_port()) as address:
        yield lambda version, ago=5: requests(AtAddress(address), PRODUCT, version, now - timedelta(minutes=ago))


def test_each_pods_counter_counts_by_itself_however_pods_come_and_go(known: Known) -> None:
    assert known("v1")[OLD].all == 50 + 40 + 7 + 8 + 2


def test_copies_count_as_requests_of_the_release_that_scores_them(known: Known) -> None:
    assert known("v1")[NEW] == Requests(all=75, failed=0, slow=0)


def test_failures_and_slow_answers_are_counted_since_then(known: Known) -> None:
    assert (known("v1")[OLD].failed, known("v1")[OLD].slow) == (2, 4)


def test_of_a_version_that_nobody_asked_nothing_is_known(known: Known) -> None:
    assert known("v2") == {}


def test_a_prometheus_that_was_started_since_judges_nothing(known: Known) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)knows nothing of flight-delays v1 at .*→ run the same command again"):
        known("v1", ago=60)


def test_a_prometheus_that_is_away_is_named(free_port: Callable[[], int]) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)Prometheus at http://127.0.0.1:\d+ does not answer.*make up"):
        requests(AtAddress(f"http://127.0.0.1:{free_port()}"), PRODUCT, "v1", datetime.now(UTC))
