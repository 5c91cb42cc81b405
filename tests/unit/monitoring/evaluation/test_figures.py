from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from monitoring.evaluation.cells import add, count
from monitoring.evaluation.figures import Figure, State, figures
from monitoring.evaluation.interval import delong_deviation, interval
from sixfold.contract import Product
from sixfold.tasks.binary import Binary, brier, roc_auc

START = datetime(2013, 10, 1, tzinfo=UTC)


def joined(rows: int, *, seed: int = 1, labelled: float = 1.0) -> pl.DataFrame:
    """Return joined rows, whose labels follow the score, and of which the last have none."""
    random = np.random.default_rng(seed)
    scores = random.beta(2, 5, rows)
    labels = pl.Series((random.random(rows) < scores).astype(float))
    known = pl.int_range(rows, eager=True) < labelled * rows
    return pl.DataFrame(
        {
            "api_version": "v1", "release": "abc", "shadow": False, "origin": random.choice(["EWR", "JFK"], rows),
            "score": scores, "label": pl.select(pl.when(known).then(labels)).to_series(), "due": True,
            "time": START, "known_at": START + timedelta(hours=3),
        }
    )  # fmt: skip


@pytest.fixture
def measured(product: Product) -> Callable[[pl.DataFrame], list[Figure]]:
    return lambda rows: figures(product, count(Binary(), rows, ["origin"]))


def test_counted_rows_have_the_auc_of_the_rows_themselves(measured: Callable[[pl.DataFrame], list[Figure]]) -> None:
    rows = joined(20_000)
    exact = roc_auc_score(rows["label"], rows["score"])
    assert measured(rows)[0].figure == pytest.approx(exact, abs=1e-4)


def test_days_add_up_to_the_whole(product: Product) -> None:
    first, second = joined(2000, seed=1), joined(3000, seed=2)
    apart = add(Binary(), [count(Binary(), part, ["origin"]) for part in (first, second)])
    together = count(Binary(), pl.concat([first, second]), ["origin"])
    assert figures(product, apart)[0].figure == pytest.approx(figures(product, together)[0].figure, abs=1e-12)


def test_every_slice_has_its_own_figure(measured: Callable[[pl.DataFrame], list[Figure]]) -> None:
    found = measured(joined(4000))
    assert [(each.slice, each.value) for each in found] == [("", ""), ("origin", "EWR"), ("origin", "JFK")]
    assert found[0].labelled == found[1].labelled + found[2].labelled == 4000


@pytest.mark.parametrize(
    ("rows", "labelled", "state"),
    [(4000, 1.0, State.ENOUGH), (4000, 0.5, State.LOW_COVERAGE), (400, 1.0, State.FEW_LABELS)],
)
def test_not_enough_labels_is_a_state_of_its_own(
    measured: Callable[[pl.DataFrame], list[Figure]], rows: int, labelled: float, state: State
) -> None:
    assert measured(joined(rows, labelled=labelled))[0].state == state


def test_labels_that_are_all_the_same_tell_no_auc(measured: Callable[[pl.DataFrame], list[Figure]]) -> None:
    whole = measured(joined(4000).with_columns(label=pl.lit(1.0)))[0]
    assert (whole.state, str(whole.figure)) == (State.UNDEFINED, "nan")


def test_the_deviation_of_an_auc_is_that_of_many_samples() -> None:
    drawn = [joined(1000, seed=seed) for seed in range(200)]
    arrays = [(rows["label"].to_numpy(), rows["score"].to_numpy()) for rows in drawn]
    spread = np.std([roc_auc(*each) for each in arrays])
    stated = np.mean([delong_deviation(*each, np.ones(1000)) for each in arrays])
    assert stated == pytest.approx(spread, rel=0.15)


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    truth = brier(joined(200_000)["label"].to_numpy(), joined(200_000)["score"].to_numpy())
    found = [
        interval(brier, rows["label"].to_numpy(), rows["score"].to_numpy(), np.ones(500))
        for rows in (joined(500, seed=seed) for seed in range(100))
    ]
    assert sum(each.low <= truth <= each.high for each in found) >= 88  # of 100, of which 95 are promised


def test_a_metric_that_raises_is_one_figure_that_is_missing(
    measured: Callable[[pl.DataFrame], list[Figure]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float:
        if len(labels) > 2500:
            raise ZeroDivisionError
        return brier(labels, scores, weights)

    monkeypatch.setattr("monitoring.evaluation.figures.measure_of", lambda _: raising)
    whole, *slices = measured(joined(4000))
    assert (np.isnan(whole.figure), whole.labelled, whole.state) == (True, 4000, State.UNDEFINED)
    assert [each.figure == pytest.approx(0.16, abs=0.02) for each in slices] == [True, True]


def test_the_lag_is_the_mean_time_from_prediction_to_label(measured: Callable[[pl.DataFrame], list[Figure]]) -> None:
    rows = joined(1000, labelled=0.5).with_columns(known_at=pl.lit(START + timedelta(hours=3)))
    later = rows.with_row_index().with_columns(known_at=pl.col("known_at") + pl.duration(hours=pl.col("index") % 2))
    assert measured(later.filter(pl.col("label").is_not_null()))[0].lag_s == pytest.approx(3.5 * 3600)


def test_where_nothing_is_due_or_labelled_coverage_and_lag_are_unknown(
    measured: Callable[[pl.DataFrame], list[Figure]],
) -> None:
    whole = measured(
        joined(1000, labelled=0).with_columns(due=pl.lit(value=False), known_at=pl.lit(None, pl.Datetime("us", "UTC")))
    )[0]
    assert (str(whole.coverage), str(whole.lag_s), str(whole.figure)) == ("nan", "nan", "nan")
    assert (whole.predictions, whole.due, whole.labelled, whole.state) == (1000, 0, 0, State.FEW_LABELS)


def test_the_states_are_the_words_of_the_alerts() -> None:
    assert [str(state) for state in State] == ["enough", "few_labels", "low_coverage", "undefined"]
