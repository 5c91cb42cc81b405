import numpy as np
import pytest
from scipy.stats import ks_2samp

from sixfold.drift import describe, kolmogorov_smirnov, population_stability

RANDOM = np.random.default_rng(4)
TRAINED = RANDOM.normal(50, 10, 50_000)


def test_the_same_distribution_has_not_drifted() -> None:
    live = np.random.default_rng(5).normal(50, 10, 20_000)
    assert population_stability(describe(TRAINED), live) < 0.01
    assert kolmogorov_smirnov(describe(TRAINED), live) < 0.02


def test_a_feature_in_another_unit_has_drifted() -> None:
    celsius = (np.random.default_rng(5).normal(50, 10, 20_000) - 32) * 5 / 9
    assert population_stability(describe(TRAINED), celsius) > 1
    assert kolmogorov_smirnov(describe(TRAINED), celsius) > 0.9


@pytest.mark.parametrize("shift", [0.0, 1.0, 5.0, 30.0])
def test_the_distance_is_scipys_to_within_a_centile(shift: float) -> None:
    live = np.random.default_rng(6).normal(50 + shift, 10, 20_000)
    exact = ks_2samp(TRAINED, live).statistic
    assert kolmogorov_smirnov(describe(TRAINED), live) == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("values", [np.arange(7000) % 7, np.zeros(500), np.where(np.arange(900) % 3, 1.0, np.nan)])
def test_few_different_values_and_gaps_are_no_drift_by_themselves(values: np.ndarray) -> None:  # type: ignore[type-arg]
    assert population_stability(describe(values.astype(float)), values.astype(float)) < 0.01


def test_values_that_go_missing_are_a_drift() -> None:
    gone = np.where(np.arange(TRAINED.size) % 2, TRAINED, np.nan)
    assert population_stability(describe(TRAINED), gone) > 1


def test_what_never_was_there_can_appear_and_no_values_say_nothing() -> None:
    nothing = describe(np.full(100, np.nan))
    assert population_stability(nothing, np.ones(100)) > 1
    assert np.isnan(population_stability(nothing, np.array([])))
