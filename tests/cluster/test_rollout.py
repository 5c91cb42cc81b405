"""Releases of a product on the dev stack: one after the other, beside each other, and back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.plans.names import namespace
from tests.cluster._plane import Plane
from tests.cluster._stacks import Stack
from tests.cluster._watch import Film, answering, watching, weights

ROUTE, OTHER_RUNNER = "flight-delays-v1", f"sha256:{'1' * 64}"
HOME = namespace("dev", "serving")
A, B = (f"flight-delays-v1-{letter * 12}" for letter in "ab")


@pytest.fixture(scope="module")
def stack(make_stack: Callable[..., Stack]) -> Iterator[Stack]:
    """The dev stack, with one release that answers all requests."""
    dev = make_stack("dev")
    dev.pin(a=100)
    dev.pulumi.up()
    yield dev
    dev.pulumi.destroy()


def routed(plane: Plane) -> dict[str, int]:
    return weights(plane.get("httproute", ROUTE, HOME))


def fewest(film: Film) -> int:
    """Return how few pods were ever ready behind a release that was sent requests."""
    seen = [
        count for state in film.states() if ("HTTPRoute", ROUTE) in state for count in answering(state, ROUTE).values()
    ]
    return min(seen)


def test_the_first_release_gets_all_requests(stack: Stack, plane: Plane) -> None:
    assert stack.name == "dev"
    assert routed(plane) == {A: 100}


def test_a_canary_gets_its_share_once_it_is_ready(stack: Stack, plane: Plane, tmp_path: Path) -> None:
    stack.pin(a=90, b=10)
    with watching(plane, HOME, tmp_path) as film:
        stack.pulumi.up()
    assert routed(plane) == {A: 90, B: 10}
    assert fewest(film) >= 1


def test_another_image_rolls_through_without_a_replica_missing(stack: Stack, plane: Plane, tmp_path: Path) -> None:
    for release in (A, B):
        plane.wait_for_endpoints(release, HOME, 2)
    with stack.settings() as platform:
        platform["cluster"]["runner"] = OTHER_RUNNER
    with watching(plane, HOME, tmp_path) as film:
        stack.pulumi.up()
    assert plane.get("deployment", A, HOME)["metadata"]["generation"] > 1
    assert fewest(film) == 2


def test_a_canary_that_is_promoted_takes_over_without_a_gap(stack: Stack, plane: Plane, tmp_path: Path) -> None:
    plane.wait_for_endpoints(B, HOME, 2)
    stack.pin(b=100)
    with watching(plane, HOME, tmp_path) as film:
        stack.pulumi.up()
    assert routed(plane) == {B: 100}
    assert A not in {each["metadata"]["name"] for each in plane.list("deployment", HOME)}
    assert fewest(film) == 2


def test_a_rollback_brings_the_old_release_back_without_a_gap(stack: Stack, plane: Plane, tmp_path: Path) -> None:
    stack.pin(a=100)
    with watching(plane, HOME, tmp_path) as film:
        stack.pulumi.up()
    assert routed(plane) == {A: 100}
    assert fewest(film) >= 1


def test_an_edit_by_kubectl_is_found_by_refresh_and_taken_back(stack: Stack, plane: Plane) -> None:
    edit = '[{"op": "replace", "path": "/spec/rules/0/backendRefs/0/weight", "value": 7}]'
    plane.kubectl("patch", "httproute", ROUTE, "-n", HOME, "--type=json", "-p", edit)
    assert "weight: 100 => 7" in " ".join(stack.pulumi.refresh("--diff").stdout.split())
    stack.pulumi.up()
    assert routed(plane) == {A: 100}


def test_after_all_that_there_is_nothing_to_do(stack: Stack) -> None:
    stack.pulumi.preview("--expect-no-changes")
