from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.candidate import Candidate, score
from models.lake import Lake
from models.training import train as training
from models.training.dataset import assemble
from models.training.search import Trial, best, matrix
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.periods import Windows
from sixfold.tasks.binary import roc_auc


def test_the_best_trial_follows_the_direction_of_the_metric() -> None:
    low, high = Trial({}, 0.1), Trial({}, 0.9)
    assert (best([low, high], "higher"), best([low, high], "lower")) == (high, low)


def test_of_equal_trials_the_smaller_wins_in_any_order() -> None:
    small, large = Trial({"rounds": 10}, 0.5), Trial({"rounds": 20}, 0.5)
    assert best([small, large], "higher") == best([large, small], "higher") == small


def test_a_candidate_says_what_it_was_made_of(candidate: Candidate, product: Product) -> None:
    record = candidate.record
    assert candidate.origin.snapshots.keys() == record.content.keys() >= {"curated.flights", "labels.flight_delays"}
    assert record.features[-2:] == ("hour_of_day", "weekday")
    assert record.feature_hash == training.feature_hash(product)
    assert candidate.origin.onnx_difference < 1e-6


def test_a_candidate_says_which_values_of_each_slice_it_learned_from(candidate: Candidate, product: Product) -> None:
    assert candidate.record.slices.keys() == set(product.metric.slices)
    assert candidate.record.slices["origin"] == ("EWR", "JFK", "LGA")


def test_the_scores_of_the_test_months_come_out_of_the_model_file(candidate: Candidate) -> None:
    test = candidate.test()
    again = score(candidate.model, matrix(test, candidate.record.features, candidate.record.missing))
    assert np.allclose(test["score"].to_numpy(), again, atol=1e-6)
    assert roc_auc(test["label"].to_numpy(), again) == pytest.approx(candidate.record.metrics["roc_auc"], abs=1e-6)


def test_the_model_is_judged_on_months_after_those_it_learned_from(candidate: Candidate) -> None:
    periods = candidate.record.periods
    assert periods.train_from < periods.validate_from < periods.test_from <= candidate.test()["at"].min()  # type: ignore[operator] # polars types min as any literal


def test_the_periods_end_with_the_newest_label_and_are_recorded_as_moments(candidate: Candidate) -> None:
    periods, rows = candidate.record.periods, candidate.record.rows
    newest = periods.test_until  # on 12 December, the last day of the sample
    assert periods.test_from == datetime(newest.year, 9, 13, 4, tzinfo=UTC)
    assert periods.validate_from == datetime(newest.year, 8, 13, 4, tzinfo=UTC)
    assert rows["train"] > rows["test"] > rows["validate"]


def test_examples_before_the_first_period_are_left_out(
    built: PlatformRefs, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    from products.flight_delays import model  # noqa: PLC0415 - patched for this test alone

    monkeypatch.setattr(model, "PERIODS", Windows(train="40 days", validate="1 month", test="1 month"))
    data = assemble(Lake(built, product.package), product)
    assert data.periods.train_from == datetime(2013, 9, 4, tzinfo=UTC)
    assert data.train["at"].min() >= data.periods.train_from  # type: ignore[operator] # polars types min as any literal


def test_a_period_without_examples_is_named_with_its_moments(
    built: PlatformRefs, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    from products.flight_delays import model  # noqa: PLC0415 - patched for this test alone

    monkeypatch.setattr(model, "PERIODS", Windows(validate="5 days", test="5 days"))
    with pytest.raises(SixfoldError, match=r"no examples to validate on, from 2013-12-04 .* to 2013-12-09"):
        assemble(Lake(built, product.package), product)


def test_three_days_a_month_already_beat_the_baseline(candidate: Candidate) -> None:
    assert candidate.record.metrics["roc_auc"] > candidate.record.baseline["roc_auc"] + 0.03


def test_an_identical_training_is_not_run_again(candidate: Candidate, built: PlatformRefs, product: Product) -> None:
    written = candidate.model.stat().st_mtime_ns
    assert training.train(built, product, candidate.path).record == candidate.record
    assert candidate.model.stat().st_mtime_ns == written


def test_training_without_features_says_what_to_do(platform: PlatformRefs, product: Product, tmp_path: Path) -> None:
    with pytest.raises(SixfoldError, match="sixfold data load"):
        training.train(platform, product, tmp_path)
