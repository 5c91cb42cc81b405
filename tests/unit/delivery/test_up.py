"""The last stage of `sixfold up`: a live prediction of each API version."""

from pathlib import Path
from typing import Any

import pytest

from delivery import up as module
from delivery.lifecycle import live_bento
from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.reporter import Silent
from delivery.served import Answer
from delivery.traffic import Traffic
from delivery.up import _require_live_releases, _require_predictions
from sixfold.errors import SixfoldError
from sixfold.registry.releases import Registry
from sixfold.stack import Pin, pin
from tests.unit.delivery._stacks import Engine, file_of, platform_at


class Said(Silent):
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str, *, passed: bool | None = None) -> None:  # noqa: ARG002 - the protocol's
        self.lines.append(text)


def test_a_product_that_fails_does_not_keep_the_others_from_being_tried(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stacks").mkdir()
    stack, report = LiveStack(Project(tmp_path, tmp_path), "local", Silent()), Said()
    stack.file.write_text(file_of("first"))
    stack.engine = engine = Engine(stack.file, platform_at(moto))  # type: ignore[assignment] # has its outputs
    engine.served |= {"second": engine.served["first"]}
    monkeypatch.setattr(Project, "product", lambda _, name: name)

    def smoke(_outputs: Any, product: Any, _version: str) -> Answer:
        if product == "first":
            raise SixfoldError("first predicts without temp", remedy="load it")
        return Answer({"prediction": 1, "release": "abc"}, ("wind",))

    monkeypatch.setattr(module, "smoke", smoke)
    with pytest.raises(SixfoldError, match=r"(?s)first predicts without temp.*load it"):
        _require_predictions(stack, report)
    assert report.lines[0] == "first predicts without temp"
    assert "by release abc" in report.lines[1]
    assert report.lines[2] == "without wind: the lake has no value now"


@pytest.fixture
def orphaned(moto: str, tmp_path: Path) -> Traffic:
    """A stack whose live release is neither on this machine nor in the bucket."""
    (tmp_path / "stacks").mkdir()
    stack = LiveStack(Project(tmp_path, tmp_path), "local", Silent())
    stack.file.write_text(file_of("flight-delays"))
    pin(stack.file, "flight-delays", "v1", [Pin(release="a" * 64)])
    stack.engine = Engine(stack.file, platform_at(moto))  # type: ignore[assignment] # has its outputs
    return Traffic.of(stack, Said())


def test_a_live_release_that_exists_nowhere_any_more_is_told_of_with_a_way_out(orphaned: Traffic) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)aaaaaaaaaaaa of flight-delays .*nowhere.*sixfold publish"):
        _require_live_releases(orphaned)


def test_the_gate_does_without_a_live_release_that_exists_nowhere_any_more(orphaned: Traffic) -> None:
    report = Said()
    assert live_bento(orphaned.stack.outputs, orphaned.registry, "flight-delays", report) is None
    assert "nothing is compared with it" in report.lines[0]


def test_a_live_release_that_one_place_lacks_is_brought_there(
    orphaned: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(
        Registry, "find", lambda _, product, digest: fetched.append(f"{product}/{digest[:3]}") or Path()
    )
    _require_live_releases(orphaned)
    assert fetched == ["flight-delays/aaa"]
