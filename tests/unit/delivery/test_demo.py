from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from delivery import demo
from delivery.demo import VERSION, Look, _broken_code, require_outcomes, run
from delivery.replay import Reached
from delivery.reporter import Silent
from delivery.rollout.decision import Judgement, Verdict
from models.candidate import Signature
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Versions
from sixfold.stack import Pin

BASE, GOOD, BROKEN = ("a" * 64, "b" * 64, "c" * 64)
FIRST = datetime(2013, 10, 1, 4, tzinfo=UTC)
Judge = Callable[[str, datetime], Verdict]


def test_the_broken_release_takes_minutes_for_hours_and_is_otherwise_the_same(tmp_path: Path) -> None:
    spec = spec_from_file_location("broken", _broken_code(tmp_path / "code") / "serving" / "predictor.py")
    assert spec
    assert spec.loader
    broken = module_from_spec(spec)
    spec.loader.exec_module(broken)
    online = {"carrier_delay_7d": 60.0, "temp": 60.0, "precip": None}
    nothing = type("Nothing", (), {"score": lambda *_: [0.5], "predict": lambda *_: Signature(features=())})()
    predictor = broken.Predictor(nothing, Signature(features=tuple(online)), nothing, None, None)
    (served,) = predictor._scored([(broken.Asked({}, "key", {}), online)], lambda: "id", None)
    assert served.features == {"carrier_delay_7d": 1.0, "temp": 60.0, "precip": None}


class Traffic:
    """The traffic of a stack of which only the pins matter."""

    def __init__(self, home: Path) -> None:
        self.pins: tuple[Pin, ...] = (Pin(release="f" * 64),)
        self.report, self.stack = Silent(), type("Stack", (), {"outputs": None})()
        self.ledger = type("Ledger", (), {"entries": lambda *_: []})()
        self.stack.project = type("Project", (), {"home": home})()

    def now(self, _: str) -> Versions:
        return {VERSION: self.pins}

    def change(self, _: str, versions: Versions, _decision: object) -> None:
        self.pins = versions[VERSION]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Judge], tuple[list[Look], Any]]:
    """A function that runs the demo with a judge in place of evidence; it returns the looks, and the traffic after."""
    product, traffic = load_product(Path(demo.ROOT, "products/flight_delays/product.yaml")), Traffic(tmp_path)

    def show(judge: Judge) -> tuple[list[Look], Any]:
        def step(stack: Any, _p: Any, _c: Any, _v: str, release: str, as_of: datetime | None = None) -> Judgement:
            live = stack.pins[0].release
            verdict = judge(release, as_of) if as_of else Verdict.PROMOTE
            if as_of is None:
                stack.pins = (Pin(release=live), Pin(release=release, weight=0))
            elif verdict is not Verdict.HOLD:
                stack.pins = (Pin(release=release if verdict is Verdict.PROMOTE else live),)
            return Judgement(verdict, "not enough labels yet: 0 of 500")

        monkeypatch.setattr(demo, "step", step)
        monkeypatch.setattr(demo, "_releases", lambda *_: (BASE, GOOD, BROKEN))
        hours = (Reached(FIRST + timedelta(hours=hour)) for hour in range(1, 61))
        monkeypatch.setattr(demo, "replay", lambda *_, **__: hours)
        monkeypatch.setattr(demo, "draw", lambda *_: None)
        return run(traffic, None, product), traffic  # type: ignore[arg-type] # has what the demo asks

    return show


def test_a_good_and_a_broken_release_have_their_outcomes(shown: Any) -> None:
    looks, traffic = shown(lambda release, _: Verdict.PROMOTE if release == GOOD else Verdict.ROLL_BACK)
    require_outcomes(looks)
    assert [look.release for look in looks] == [GOOD, BROKEN]
    assert traffic.pins == (Pin(release=GOOD),)


def test_every_look_judges_as_of_the_moment_that_the_demos_own_replay_has_reached(shown: Any) -> None:
    asked: list[datetime] = []
    looks, _ = shown(lambda _, at: (asked.append(at), Verdict.HOLD)[1])
    assert asked == [FIRST + timedelta(hours=hour) for hour in (10, 20, 30, 40, 50, 60)]
    assert [look.at for look in looks] == asked


def test_a_good_release_that_never_got_through_ends_the_demo_and_leaves_no_rollout(shown: Any) -> None:
    looks, traffic = shown(lambda *_: Verdict.HOLD)
    assert {look.release for look in looks} == {GOOD}
    assert traffic.pins[0].release == BASE
    with pytest.raises(SixfoldError, match=r"good release never got through.* last of its 6 looks: .*0 of 500"):
        require_outcomes(looks)


def test_a_good_release_that_was_taken_back_ends_the_demo_too(shown: Any) -> None:
    looks, traffic = shown(lambda *_: Verdict.ROLL_BACK)
    assert (len(looks), traffic.pins) == (1, (Pin(release=BASE),))
    with pytest.raises(SixfoldError, match="good release never got through"):
        require_outcomes(looks)


def test_a_broken_release_that_nobody_caught_fails_the_demo_and_answers_nobody(shown: Any) -> None:
    looks, traffic = shown(lambda release, _: Verdict.PROMOTE if release == GOOD else Verdict.HOLD)
    assert traffic.pins[0].release == GOOD
    with pytest.raises(SixfoldError, match="broken release was not taken back"):
        require_outcomes(looks)


def test_a_demo_that_judged_nothing_says_so() -> None:
    with pytest.raises(SixfoldError, match="last of its 0 looks: there is none"):
        require_outcomes([])
