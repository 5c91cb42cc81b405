"""Releases of a product on the dev stack: one after the other, beside each other, and back, by hand and by command."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.plans.names import namespace
from tests._history import History
from tests.cluster._commands import Run, commands, publish
from tests.cluster._plane import Plane
from tests.cluster._prometheus import declare, running
from tests.cluster._stacks import Stack
from tests.cluster._watch import Film, answering, watching, weights

ROUTE, OTHER_RUNNER = "flight-delays-v1", f"sha256:{'1' * 64}"
HOME = namespace("dev", "serving")
A, B = (f"flight-delays-v1-{letter * 12}" for letter in "ab")
GOES_ON = 3
V1 = ("flight-delays", "v1")


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
    """Return the least number of ready pods behind a release that was sent requests."""
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


@pytest.fixture(scope="module")
def sixfold(stack: Stack, plane: Plane, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return commands(stack, plane, tmp_path_factory.mktemp("bin"))


@pytest.fixture(scope="module")
def releases(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The digests of two published releases."""
    folder = tmp_path_factory.mktemp("releases")
    return publish(stack, "old", folder), publish(stack, "new", folder)


def shares(plane: Plane) -> dict[str, int]:
    return {name.rpartition("-")[2]: weight for name, weight in routed(plane).items()}


def asked(*releases: str) -> History:
    """Return ten minutes in which each release was asked ten times a minute."""
    of = 'sixfold_requests_total{{product="flight-delays",api_version="v1",release="{}",code="200"}}'
    return {of.format(release[:12]): [10 * minute for minute in range(11)] for release in releases}


def test_a_published_release_goes_live_by_command(sixfold: Run, plane: Plane, releases: tuple[str, str]) -> None:
    old, _ = releases
    sixfold("release", *V1, old)
    assert shares(plane) == {old[:12]: 100}


def test_a_rollout_begins_with_a_release_that_only_scores(
    sixfold: Run, plane: Plane, releases: tuple[str, str]
) -> None:
    old, new = releases
    assert "it begins, and answers nobody yet" in sixfold("rollout", *V1, new, code=GOES_ON)
    assert shares(plane) == {old[:12]: 100, new[:12]: 0}


def test_it_is_judged_on_what_the_clusters_prometheus_knows(
    sixfold: Run, plane: Plane, releases: tuple[str, str], free_port: Callable[[], int], tmp_path: Path
) -> None:
    old, new = releases
    declare(plane, namespace("dev", "monitoring"))
    with running(plane, asked(old, new), tmp_path, free_port()):
        assert "hold: not enough labels yet" in sixfold("rollout", *V1, new, code=GOES_ON)
    assert shares(plane) == {old[:12]: 100, new[:12]: 0}


def test_a_rollback_brings_back_release_weights_and_feature_definitions(
    sixfold: Run, stack: Stack, plane: Plane, releases: tuple[str, str]
) -> None:
    old, _ = releases
    sixfold("rollback", V1[0], "--yes")
    assert shares(plane) == {old[:12]: 100}
    assert Path(stack.pulumi.env["SIXFOLD_HOME"], "built-by").read_text() == "old"


def test_the_ledger_tells_what_was_live_and_why(sixfold: Run, releases: tuple[str, str]) -> None:
    old, new = releases
    entries = [json.loads(line) for line in sixfold("ledger", V1[0], "--json").splitlines()]
    told = [{pin["release"]: pin["weight"] for pin in each["versions"]["v1"]} for each in entries]
    assert told == [{"a" * 64: 100}, {old: 100}, {old: 100, new: 0}, {old: 100}]
    assert [each["decision"]["by"] for each in entries][::2] == ["unknown", "rollout"]
    assert [each["decision"]["verdict"] for each in entries][1::2] == ["release", "roll back"]
