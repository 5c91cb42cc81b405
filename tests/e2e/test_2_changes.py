"""Consumers during a change of the stack, and mistakes in a stack file."""

import getpass
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from delivery.package import ROOT, build
from models.features.store import open_store
from sixfold.contract import Product
from sixfold.registry.archive import pack
from sixfold.registry.bucket import Bucket
from sixfold.registry.releases import Record, Registry
from sixfold.stack import Pin, read

pytestmark = pytest.mark.timeout(1800)  # each test changes the stack up to four times

OTHER = "as another release has it"


@pytest.fixture(scope="module")
def first(platform: Any) -> str:
    """Live release before any of these tests."""
    return str(platform.release)


@pytest.fixture(scope="module")
def second(platform: Any, first: str, contract: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Another release of the same model: its candidate has a figure more."""
    candidate = _copy_of_the_candidate(platform, tmp_path_factory.mktemp("second"))
    described = json.loads((candidate / "candidate.json").read_text())
    described["metrics"]["again"] = 1.0
    (candidate / "candidate.json").write_text(json.dumps(described))
    return _publish(platform, first, *build(candidate, contract))


@pytest.fixture(scope="module")
def other_features(platform: Any, first: str, contract: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A release that was trained on other feature definitions: they are in its code."""
    folder = tmp_path_factory.mktemp("other")
    for name in ("sixfold", "serving", "models", "products"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", folder)
    definitions = folder / "products" / "flight_delays" / "features.py"
    definitions.write_text(definitions.read_text().replace("in the last full hour", OTHER))
    candidate = _copy_of_the_candidate(platform, folder)
    return _publish(platform, first, *build(candidate, contract, folder), feature_hash="other")


def test_weights_and_releases_change_without_one_failed_request(
    platform: Any, flight: dict[str, Any], first: str, second: str
) -> None:
    with _calling(platform, flight) as (answered, failed):
        for releases in ([Pin(release=first, weight=60), Pin(release=second, weight=40)], [Pin(release=second)]):
            platform.pin(*releases)
            platform.run("pulumi", "up", "--yes", "--skip-preview", "--stack", "local")
    assert failed == []
    assert {first[:12], second[:12]} <= set(answered)
    assert answered[-1] == second[:12]


def test_rollback_brings_back_what_was_live_in_one_up(
    platform: Any, flight: dict[str, Any], first: str, second: str
) -> None:
    platform.run("sixfold", "release", "flight-delays", "v1", first[:12])
    printed = platform.run("sixfold", "rollback", "flight-delays", "--yes")
    assert printed.count("1 created, 2 updated, 1 deleted") == 1
    assert httpx.post(_url(platform), json=flight).json()["release"] == second[:12]


def test_rollback_brings_back_the_feature_definitions_of_the_release(
    platform: Any, second: str, other_features: str
) -> None:
    platform.run("sixfold", "release", "flight-delays", "v1", other_features[:12])
    then = ["--to", platform.ledger()[-1]["at"]]
    for to, wanted, back in (([], False, second), (then, True, other_features), ([], False, second)):
        platform.run("sixfold", "rollback", "flight-delays", "--yes", *to)
        weather = open_store(platform.environment().platform, "flight_delays").get_feature_view("origin_weather")
        assert (platform.release, OTHER in weather.description) == (back, wanted)


def test_the_ledger_tells_what_was_live_when_and_who_decided(platform: Any, second: str) -> None:
    entries = platform.ledger()
    assert [entry["decision"]["verdict"] for entry in entries][-3:] == ["roll back"] * 3
    assert entries[-1]["versions"] == {"v1": [{"release": second, "weight": 100}]}
    assert entries[-1]["decision"]["by"] == getpass.getuser()


def test_a_release_that_does_not_exist_fails_and_leaves_the_old_one_serving(
    platform: Any, flight: dict[str, Any]
) -> None:
    serving = platform.release
    platform.pin(Pin(release="0" * 64))
    printed = platform.run("pulumi", "up", "--yes", "--skip-preview", "--stack", "local", fails=True)
    told = {each.name: each.api_versions[0].releases for each in platform.environment().products}
    platform.pin(Pin(release=serving))
    assert "release flight-delays/000000000000 is neither" in printed
    assert [each.release for each in told["flight-delays"]] == [serving], "an output of what never ran"
    assert httpx.post(_url(platform), json=flight).json()["release"] == serving[:12]


def test_a_bento_that_was_changed_fails_and_leaves_the_old_one_serving(
    platform: Any, flight: dict[str, Any], first: str, second: str
) -> None:
    with _tampered(platform, first):
        platform.pin(Pin(release=first))
        printed = platform.run("pulumi", "up", "--yes", "--skip-preview", "--stack", "local", fails=True)
        platform.pin(Pin(release=second))
        platform.run("pulumi", "up", "--yes", "--skip-preview", "--stack", "local")
    assert f"is not release {first[:12]}" in printed
    assert httpx.post(_url(platform), json=flight).json()["release"] == second[:12]


def test_a_misspelt_key_fails_the_preview_with_its_path_and_the_nearest_one(platform: Any) -> None:
    good = platform.stack_file.read_text()
    platform.stack_file.write_text(good.replace("deletion_protection", "deletion_protecton"))
    printed = platform.run("pulumi", "preview", "--stack", "local", fails=True)
    platform.stack_file.write_text(good)
    assert "deletion_protecton: unknown key; did you mean 'deletion_protection'?" in printed
    assert "Traceback" not in printed


def _copy_of_the_candidate(platform: Any, folder: Path) -> Path:
    return Path(shutil.copytree(platform.home / "candidates" / "flight-delays", folder / "candidate"))


def _publish(platform: Any, like: str, archive: Path, digest: str, **differing: str) -> str:
    """Publish a release whose record is that of another, as far as it does not differ."""
    registry = Registry(platform.environment().platform, platform.home)
    (known,) = (record for record in registry.records("flight-delays") if record.digest == like)
    registry.publish(Record(**{**known.model_dump(), "digest": digest, **differing}), archive)
    return digest


@contextmanager
def _tampered(platform: Any, digest: str) -> Iterator[None]:
    """Change a release in both places where a fetch looks, and bring back the published one at the end."""
    known = platform.environment().platform
    bento = Registry(known, platform.home).fetch("flight-delays", digest)
    s3, place = Bucket(known).s3, {"Bucket": known.registry_bucket, "Key": f"flight-delays/{digest}/bento.tar"}
    published = s3.get_object(**place)["Body"].read()
    (bento / "src" / "model.onnx").write_bytes(b"something else")
    pack(bento, platform.home / "tampered.tar")
    s3.put_object(**place, Body=(platform.home / "tampered.tar").read_bytes())
    yield
    s3.put_object(**place, Body=published)


@contextmanager
def _calling(platform: Any, flight: dict[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    """Call from two clients, one request after the other, until the block ends."""
    answered: list[str] = []
    failed: list[str] = []
    done = threading.Event()
    url = _url(platform)

    def call() -> None:
        with httpx.Client(timeout=30) as client:
            while not done.is_set():
                answer = client.post(url, json=flight)
                (answered if answer.is_success else failed).append(
                    answer.json()["release"] if answer.is_success else answer.text
                )
                done.wait(0.02)

    clients = [threading.Thread(target=call) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        yield answered, failed
    finally:
        done.set()
        for client in clients:
            client.join()


def _url(platform: Any) -> str:
    first_port = read(platform.stack_file).local.first_port
    return f"http://127.0.0.1:{first_port}/flight-delays/v1/predict"
