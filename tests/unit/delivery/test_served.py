"""The live releases, as the stack outputs name them."""

import pytest

from delivery.served import describe, live_release, pins, url
from sixfold.errors import SixfoldError
from sixfold.outputs import ServedRelease, ServedVersion, StackOutputs
from sixfold.versions import Status
from tests.unit.delivery._stacks import PLATFORM, outputs_of

OLD, NEW = "a" * 64, "b" * 64


def version(name: str, **weights: int) -> ServedVersion:
    releases = tuple(ServedRelease(release=release * 64, weight=weight) for release, weight in weights.items())
    return ServedVersion(version=name, url=f"http://edge/p/{name}", status=Status.CURRENT, releases=releases)


def outputs(*versions: ServedVersion) -> StackOutputs:
    return outputs_of(PLATFORM, ("p", versions))


def test_the_live_release_answers_most_of_the_newest_version_that_has_any() -> None:
    served = outputs(version("v1", a=100), version("v2", a=25, b=75), version("v3"))
    assert live_release(served, "p") == NEW
    assert live_release(outputs(version("v1")), "p") is None


def test_a_version_without_releases_is_served_by_none() -> None:
    served = outputs(version("v1", a=95, b=5), version("v2"))
    assert describe(pins(served, "p")) == f"v1 {OLD[:12]} 95%, {NEW[:12]} 5%"


def test_an_unknown_version_is_an_error_that_names_the_known_ones() -> None:
    assert url(outputs(version("v1")), "p", "v1") == "http://edge/p/v1"
    with pytest.raises(SixfoldError, match=r"(?s)serves no p v9.*name one of these: p v1"):
        url(outputs(version("v1")), "p", "v9")


def test_a_retired_version_has_no_release_that_answers() -> None:
    ended = version("v1", a=100).model_copy(update={"status": Status.RETIRED})
    assert pins(outputs(ended, version("v2", b=100)), "p").keys() == {"v2"}
