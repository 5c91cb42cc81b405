import numpy as np
import pytest
from scipy.stats import ks_2samp

from sixfold.drift import describe, kolmogorov_smirnov, named_scores, population_stability

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
    assert np.isnan(kolmogorov_smirnov(nothing, np.ones(100)))
    assert np.isnan(kolmogorov_smirnov(describe(TRAINED), np.array([np.nan])))


def test_a_reference_is_the_minimum_99_centiles_the_maximum_and_what_was_missing() -> None:
    reference = describe(np.append(np.arange(101.0), [np.nan] * 303))
    assert reference.centiles == pytest.approx(tuple(range(101)))
    assert reference.missing == pytest.approx(0.75)
    assert (describe(np.array([])).centiles, describe(np.array([])).missing) == ((), 0)


def test_the_stability_index_is_that_of_ten_deciles_worked_out_by_hand() -> None:
    uniform = describe(np.linspace(0, 1, 10_001))
    live = np.repeat(np.arange(0.05, 1, 0.1), [400, 0, 200, 200, 200, 200, 200, 200, 100, 300])  # 10% each in training
    moved = 0.1 * np.log(2) + (1e-4 - 0.1) * np.log(1e-3) - 0.05 * np.log(0.5) + 0.05 * np.log(1.5)
    assert population_stability(uniform, live) == pytest.approx(moved, rel=1e-3)


@pytest.mark.parametrize("beyond", [-1.0, 2.0])
def test_values_beyond_those_of_training_are_the_distance(beyond: float) -> None:
    uniform = np.linspace(0, 1, 10_001)
    live = np.append(np.linspace(0, 1, 7_000), np.full(3_000, beyond))
    assert kolmogorov_smirnov(describe(uniform), live) == pytest.approx(0.3, abs=1e-3)
    assert kolmogorov_smirnov(describe(uniform), np.full(10, beyond)) == 1


def test_the_distance_reaches_to_the_last_centile_and_to_the_first() -> None:
    uniform = describe(np.linspace(0, 1, 10_001))
    assert kolmogorov_smirnov(uniform, np.full(10, 0.995)) == pytest.approx(0.99)
    assert kolmogorov_smirnov(uniform, np.full(10, 0.005)) == pytest.approx(0.99)


def test_a_score_is_one_distribution_and_a_vector_one_for_each_class() -> None:
    one, of_two = np.array([0.1, 0.9]), np.array([[0.1, 0.9], [0.3, 0.7]])
    assert list(named_scores((), one)) == ["score"]
    columns = {name: column.tolist() for name, column in named_scores(("rain", "sun"), of_two).items()}
    assert columns == {"score of rain": [0.1, 0.3], "score of sun": [0.9, 0.7]}
    with pytest.raises(ValueError, match="shorter"):
        named_scores(("rain", "sun", "snow"), of_two)
