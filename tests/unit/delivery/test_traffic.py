"""Releases that must not come back: withdrawn by a person, or ended by a rollout's verdict."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.reporter import Silent
from delivery.rollout.step import step
from delivery.traffic import Traffic, me
from infra.config import require_open
from monitoring.prometheus import AtAddress
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import copied, withdrawn
from sixfold.registry.ledger import Decision
from sixfold.registry.releases import Record, Registry
from sixfold.stack import Pin
from tests.unit.delivery._stacks import Engine, file_of, platform_at

NAME = "flight-delays"
FIRST, LIVE, CANDIDATE, GOOD = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
NOBODY = AtAddress("http://127.0.0.1:1")
LEAK = Decision(by="ada", verdict="withdraw", reason="a secret is in the bento")


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


@pytest.fixture
def traffic(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """A stack on which `FIRST` was live, then `LIVE`, and a rollout took `CANDIDATE` back."""
    monkeypatch.setattr("delivery.traffic.keep_features", lambda *_: None)
    there = [
        Record.model_construct(product=NAME, digest=digest, feature_hash="f")
        for digest in (FIRST, LIVE, CANDIDATE, GOOD)
    ]
    monkeypatch.setattr(Registry, "records", lambda *_: there)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(file_of(NAME))
    stack = LiveStack(Project(tmp_path, tmp_path / ".sixfold"), "local", Silent())
    stack.engine = Engine(stack.file, platform_at(moto))  # type: ignore[assignment] # has its outputs
    traffic = Traffic.of(stack, Silent())
    for by, verdict, pins in (
        ("ada", "release", (Pin(release=FIRST),)),
        ("ada", "release", (Pin(release=LIVE),)),
        ("rollout", "promote", (Pin(release=LIVE, weight=75), Pin(release=CANDIDATE, weight=25))),
        ("rollout", "roll back", (Pin(release=LIVE),)),
    ):
        traffic.change(NAME, {"v1": pins}, Decision(by=by, verdict=verdict, reason="because"))
    return traffic


def go_back(traffic: Traffic, product: Product, to: datetime | None = None) -> None:
    traffic.roll_back(product, "ada", traffic.before(product, to))


def live(traffic: Traffic) -> list[str]:
    return [pin.release for pin in traffic.now(NAME)["v1"]]


def release(traffic: Traffic, digest: str) -> None:
    traffic.change(NAME, {"v1": (Pin(release=digest),)}, Decision(by="ada", verdict="release", reason="by hand"))


def test_what_the_engine_refuses_leaves_stack_file_and_ledger_as_they_were(traffic: Traffic) -> None:
    file, entries = traffic.stack.file.read_bytes(), traffic.ledger.entries(NAME)
    traffic.stack.engine.stops = True  # type: ignore[attr-defined] # the stand-in's
    with pytest.raises(SixfoldError, match="stopped"):
        release(traffic, GOOD)
    assert (traffic.stack.file.read_bytes(), traffic.ledger.entries(NAME)) == (file, entries)


def test_a_rollback_to_a_release_that_exists_nowhere_is_refused_before_anything_changes(
    traffic: Traffic, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = traffic.stack.file.read_bytes()
    monkeypatch.setattr(
        Registry, "records", lambda *_: [Record.model_construct(product=NAME, digest=LIVE, feature_hash="f")]
    )
    with pytest.raises(SixfoldError, match="there is no release 'aaaaaaaaaaaa' of flight-delays"):
        go_back(traffic, product)
    assert traffic.stack.file.read_bytes() == file


def test_a_rollback_after_an_automatic_one_passes_over_the_candidate(traffic: Traffic, product: Product) -> None:
    go_back(traffic, product)
    assert live(traffic) == [FIRST]


def test_no_moment_brings_back_a_release_that_a_verdict_ended(traffic: Traffic, product: Product) -> None:
    during: datetime = traffic.ledger.entries(NAME)[-2].at
    with pytest.raises(SixfoldError, match=r"release cccccccccccc, which a rollout took back since"):
        go_back(traffic, product, during)
    assert live(traffic) == [LIVE]


def test_the_same_rollout_again_does_not_begin_anew(traffic: Traffic, product: Product) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)took release cccccccccccc .* back: because.*→ publish another"):
        step(traffic, NOBODY, product, "v1", CANDIDATE)
    assert step(traffic, NOBODY, product, "v1", GOOD).reason == "it begins, and answers nobody yet"


def test_a_rollback_that_was_interrupted_ends_the_candidate_too(traffic: Traffic, product: Product) -> None:
    step(traffic, NOBODY, product, "v1", GOOD)
    traffic.stack.engine.stops = True  # type: ignore[attr-defined] # the stand-in's
    with pytest.raises(SixfoldError, match="stopped"):
        traffic.change(NAME, {"v1": (Pin(release=LIVE),)}, Decision(by="rollout", verdict="roll back", reason="worse"))
    traffic.stack.engine.stops = False  # type: ignore[attr-defined] # the stand-in's
    with pytest.raises(SixfoldError, match=r"took release dddddddddddd"):
        step(traffic, NOBODY, product, "v1", GOOD)


def test_a_person_may_release_what_a_verdict_ended_and_it_counts_again(traffic: Traffic, product: Product) -> None:
    release(traffic, CANDIDATE)
    release(traffic, GOOD)
    go_back(traffic, product)
    assert live(traffic) == [CANDIDATE]


def test_a_withdrawn_release_is_refused_everywhere_with_its_reason(traffic: Traffic, product: Product) -> None:
    then = traffic.ledger.entries(NAME)[0].at
    traffic.withdraw(NAME, FIRST, LEAK)
    refused = r"release aaaaaaaaaaaa of flight-delays was withdrawn by ada: a secret is in the bento"
    with pytest.raises(SixfoldError, match=refused):
        release(traffic, FIRST)
    with pytest.raises(SixfoldError, match=refused):
        step(traffic, NOBODY, product, "v1", FIRST)
    with pytest.raises(SixfoldError, match=refused):
        go_back(traffic, product, then)
    with pytest.raises(SixfoldError, match="passed over"):
        go_back(traffic, product)
    with pytest.raises(SixfoldError, match=refused):  # as the program does at each preview
        require_open(NAME, [FIRST], withdrawn(copied(traffic.stack.project.home, "local", NAME)))
    assert live(traffic) == [LIVE]


def test_a_release_that_answers_is_not_withdrawn(traffic: Traffic) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)bbbbbbbbbbbb of flight-delays answers now.*→ take it back first"):
        traffic.withdraw(NAME, LIVE, LEAK)


def test_to_withdraw_again_changes_nothing(traffic: Traffic) -> None:
    assert traffic.withdraw(NAME, FIRST, LEAK) == traffic.withdraw(NAME, FIRST, LEAK)
    assert traffic.ledger.withdrawn(NAME) == {FIRST: LEAK}


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert me() == f"uid {os.getuid()}"


def test_a_second_rollback_goes_further_back_and_never_forward(traffic: Traffic, product: Product) -> None:
    release(traffic, GOOD)
    went = []
    for _ in range(2):
        go_back(traffic, product)
        went += live(traffic)
    assert went == [LIVE, FIRST]
    with pytest.raises(SixfoldError, match="no release of flight-delays was live before v1 aaaaaaaaaaaa"):
        go_back(traffic, product)


def test_a_release_after_a_rollback_is_what_the_next_rollback_leaves(traffic: Traffic, product: Product) -> None:
    release(traffic, GOOD)
    go_back(traffic, product)
    release(traffic, FIRST)
    assert traffic.before(product).versions == {"v1": (Pin(release=LIVE),)}
