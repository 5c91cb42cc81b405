"""`sixfold down` after an `up` that came no further than it did."""

import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from delivery import down as module
from delivery.down import down
from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.reporter import Silent
from infra.checks.state import Held
from pulumi_sixfold.kit.handler import ProviderArgs
from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler
from sixfold.errors import SixfoldError

ROOT = Path(__file__).parents[3]
BUCKET = Held("sixfold:s3:Bucket", "lake", "urn")


class Engine:
    """An engine that only notes the order of its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def select(self) -> None:
        self.calls.append("select")

    def held(self) -> list[Held]:
        return [BUCKET]

    def destroy(self) -> None:
        self.calls.append("destroy")

    def outputs(self) -> Any:
        self.calls.append("outputs")
        raise SixfoldError("the stack is not up", remedy="make up")


def stack(name: str, tmp_path: Path) -> tuple[LiveStack, Engine]:
    found, engine = LiveStack(Project(ROOT, tmp_path), name, Silent()), Engine()
    found.engine = engine  # type: ignore[assignment] # has what `down` calls
    return found, engine


def test_a_local_stack_is_destroyed_without_a_word_to_its_aws(tmp_path: Path) -> None:
    local, engine = stack("local", tmp_path)
    (kept := tmp_path / "aws" / "local" / "4604").mkdir(parents=True)
    assert down(local) == [BUCKET]
    assert engine.calls == ["select", "destroy"]
    assert not kept.exists()


def test_a_first_up_that_never_finished_leaves_no_outputs_and_is_destroyed(tmp_path: Path) -> None:
    dev, engine = stack("dev", tmp_path)
    down(dev)
    assert engine.calls == ["select", "outputs", "destroy"]


def test_an_aws_that_is_away_is_named_and_nothing_is_destroyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dev, engine = stack("dev", tmp_path)
    monkeypatch.setattr(LiveStack, "connect", lambda _: None)
    monkeypatch.setattr(LiveStack, "outputs", type("Outputs", (), {"products": ()}))
    monkeypatch.setattr(LiveStack, "platform", None)

    def away(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://aws")

    monkeypatch.setattr(module, "remove_features", away)
    with pytest.raises(SixfoldError, match=r"(?s)online feature tables of the stack 'dev' cannot be deleted.*→"):
        down(dev)
    assert "destroy" not in engine.calls


SLEEPS = {"command": [sys.executable, "-c", "import time; time.sleep(600)"], "start_timeout_s": 20, "stop_timeout_s": 2}


def test_a_process_that_the_state_has_forgotten_ends_too_and_that_of_another_stack_does_not(tmp_path: Path) -> None:
    handler, ids = ProcessHandler(ProviderArgs(), Event()), {}
    for name in ("local", "other"):
        args = ProcessArgs.model_validate({"home": str(tmp_path), "program": f"{name}-aws", **SLEEPS})
        ids[name] = handler.create(f"urn:pulumi:{name}::sixfold::sixfold:local:Process::{name}-aws", args)
    try:
        local, _ = stack("local", tmp_path)
        assert down(local)[1:] == [Held("sixfold:local:Process", ids["local"], _URN)]
        assert [handler.read(each) is None for each in ids.values()] == [True, False]
        assert not Path(ids["local"]).exists()
    finally:
        handler.delete(ids["other"], args)


_URN = "urn:pulumi:local::sixfold::sixfold:local:Process::local-aws"
