"""The live releases, as the stack outputs name them."""

import pytest

from delivery.served import describe, live_release, pins, url
from sixfold.contract import Status
from sixfold.errors import SixfoldError
from sixfold.outputs import (
    Databases,
    Endpoints,
    PlatformRefs,
    ServedProduct,
    ServedRelease,
    ServedVersion,
    StackOutputs,
)

OLD, NEW = "a" * 64, "b" * 64
PLATFORM = PlatformRefs(
    stack="it",
    region="eu-west-1",
    aws_endpoint=None,
    lake_bucket="l",
    features_bucket="f",
    registry_bucket="r",
    feature_project="it",
    databases=Databases(raw="r", curated="c", quarantine="q", labels="l", predictions="p"),
)


def version(name: str, **weights: int) -> ServedVersion:
    releases = tuple(ServedRelease(release=release * 64, weight=weight) for release, weight in weights.items())
    return ServedVersion(version=name, url=f"http://edge/p/{name}", status=Status.LIVE, releases=releases)


def outputs(*versions: ServedVersion) -> StackOutputs:
    nowhere = Endpoints(prometheus=None, alertmanager=None, aws=None, portal=None)
    return StackOutputs(
        platform=PLATFORM, products=(ServedProduct(name="p", api_versions=versions),), endpoints=nowhere
    )


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
