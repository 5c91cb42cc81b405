"""Training runs that are kept: listed, compared, taken again, and gone with their product."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models import belongings
from models.candidate import Candidate
from models.training.experiments import FILES, Experiments, Run, Trial, differences
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs

PACKAGE = "flight_delays"


def run(id_: str, day: int, value: float) -> Run:
    return Run(
        id=id_, product="flight-delays", at=datetime(2026, 11, day, tzinfo=UTC), by="ada", seconds=3, git_commit="c",
        training_key=id_, feature_hash="f", metric="roc_auc", metrics={"roc_auc": value}, params={"leaves": day},
        trials=(Trial(params={"leaves": day}, value=value),), content={"curated.flights": "k"}, snapshots={},
        environment={"python": "3.11"},
    )  # fmt: skip


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    """A candidate's folder; its files are not read."""
    for name in FILES:
        (tmp_path / name).write_text(f"first {name}")
    monkeypatch.setattr(Candidate, "__init__", lambda self, path: setattr(self, "path", path))
    return Candidate(tmp_path)


@pytest.fixture
def experiments(platform: PlatformRefs, made: Candidate) -> Experiments:
    """Two runs, of which the second was kept twice."""
    kept = Experiments(platform, PACKAGE)
    for each in (run("aaa1", 1, 0.7), run("bbb2", 2, 0.8), run("bbb2", 3, 0.9)):
        kept.keep(each, made)
    return kept


def test_runs_are_listed_the_newest_first_and_each_once(experiments: Experiments) -> None:
    assert [(each.id, each.value) for each in experiments.runs()] == [("bbb2", 0.8), ("aaa1", 0.7)]


def test_a_run_is_taken_in_place_of_the_candidate_that_is_there(experiments: Experiments, tmp_path: Path) -> None:
    folder = tmp_path / "candidate"
    folder.mkdir()
    (folder / "model.onnx").write_text("another")
    taken = experiments.take(experiments.find("aa"), folder)
    assert {path.name: path.read_text() for path in taken.path.iterdir()} == {name: f"first {name}" for name in FILES}


@pytest.mark.parametrize("prefix", ["", "ccc"])
def test_an_unknown_run_is_an_error_that_names_the_known_ones(experiments: Experiments, prefix: str) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)is no run.*bbb2, aaa1"):
        experiments.find(prefix)


def test_all_that_differs_between_two_runs_is_named() -> None:
    assert differences(run("aaa1", 1, 0.7), run("bbb2", 2, 0.8)) == {
        "parameter leaves": (1, 2), "metric roc_auc": (0.7, 0.8)
    }  # fmt: skip
    assert differences(run("aaa1", 1, 0.7), run("aaa1", 1, 0.7)) == {}


@pytest.mark.usefixtures("experiments")
def test_the_runs_go_with_their_product(platform: PlatformRefs) -> None:
    found = belongings.find(platform, PACKAGE)
    assert sum("/experiments/" in key for key in found.definitions) == 2 * (len(FILES) + 1)
    belongings.delete(platform, found, lambda _: None)
    assert Experiments(platform, PACKAGE).runs() == []
