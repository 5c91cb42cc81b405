"""One metric, written once in the contract: change it there, and all five that use it measure something else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from delivery.rollout.evidence import pairs, quality
from infra.plans.monitoring.label_loop_rules import label_loop_rules
from models.candidate import Candidate
from models.gate import judge as gate
from models.training import train as training
from monitoring.evaluation.cells import count
from monitoring.evaluation.figures import figures
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.tasks.binary import Binary

Changed = Callable[[str], Product]
CHOICES = pytest.mark.parametrize("name", ["roc_auc", "brier"])


@pytest.fixture(scope="session")
def changed(product: Product) -> Changed:
    """A function that gives the contract with another metric, the lower the better but for the AUC."""

    def change(name: str) -> Product:
        direction = "higher" if name == "roc_auc" else "lower"
        metric = product.metric.model_copy(update={"name": name, "direction": direction, "live_threshold": 0.3})
        return product.model_copy(update={"metric": metric})

    return change


@pytest.fixture
def rows() -> pl.DataFrame:
    """Joined predictions of two releases on the same requests."""
    random = np.random.default_rng(1)
    score = random.random(1000)
    made = [datetime(2013, 10, 1, tzinfo=UTC) + timedelta(minutes=n) for n in range(1000)]
    about = {"api_version": "v1", "shadow": False, "due": True, "time": made, "known_at": made, "key": range(1000),
             "id": range(1000), "consumer": "rebooking", "told": False}  # fmt: skip
    both = {**about, "score": score, "label": (random.random(1000) < score).astype(float)}
    return pl.concat(pl.DataFrame({**both, "release": release}) for release in ("a" * 64, "b" * 64))


def expected(rows: pl.DataFrame, name: str) -> float:
    one = rows.head(1000)
    return Binary.metrics[name](one["label"].to_numpy(), one["score"].to_numpy())


@CHOICES
def test_training_searches_by_it(changed: Changed, name: str, built: PlatformRefs, tmp_path: Path) -> None:
    said: list[str] = []
    training.train(built, changed(name), tmp_path, said.append)
    assert [line.split(":")[1].split()[0] for line in said if line.startswith("trial")] == [name] * 4


@CHOICES
def test_the_gate_and_the_report_judge_by_it(changed: Changed, name: str, candidate: Candidate) -> None:
    verdict = gate.evaluate(candidate, changed(name))
    assert verdict.value == pytest.approx(candidate.record.metrics[name])
    assert [rule.what.split()[0] for rule in verdict.rules] == [name]
    assert f"{name}, candidate" in candidate.report.read_text()


@CHOICES
def test_the_canary_is_decided_by_it(changed: Changed, name: str, rows: pl.DataFrame) -> None:
    found = quality(changed(name), pairs(rows, "a" * 64, "b" * 64))
    assert found.live == found.candidate == pytest.approx(expected(rows, name))


@CHOICES
def test_the_live_figure_is_its_value(changed: Changed, name: str, rows: pl.DataFrame) -> None:
    (first, _) = figures(changed(name), count(Binary(), rows, []))
    assert (first.metric, first.figure) == (name, pytest.approx(expected(rows, name), abs=1e-4))


@pytest.mark.parametrize(("name", "breach"), [("roc_auc", "_high{%s} < 0.3"), ("brier", "_low{%s} > 0.3")])
def test_the_alert_is_on_its_worse_side(changed: Changed, name: str, breach: str) -> None:
    where = 'product="flight-delays",shadow="false",slice=""'
    assert f"sixfold_live_metric{breach % where}" in label_loop_rules(changed(name), ("v1",))[0]["expr"]
