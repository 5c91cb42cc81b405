"""When labels are enough: the floor itself is enough, one label fewer is not."""

import math
from pathlib import Path

import pytest

from sixfold.contract import Product, load_product
from sixfold.labels import Labels, number_of


@pytest.fixture
def product() -> Product:
    found = load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")
    metric = found.metric.model_copy(update={"min_labels": 500, "min_coverage": 0.75})
    return found.model_copy(update={"metric": metric})


@pytest.mark.parametrize(
    ("labelled", "coverage", "state"),
    [
        (499, 1.0, Labels.FEW),
        (499, math.nan, Labels.FEW),
        (500, 0.75, Labels.ENOUGH),
        (500, 0.7499, Labels.LOW_COVERAGE),
        (500, math.nan, Labels.LOW_COVERAGE),  # none is due
    ],
)
def test_the_floor_is_enough_and_less_is_not(product: Product, labelled: int, coverage: float, state: Labels) -> None:
    assert Labels.of(product.metric, labelled=labelled, coverage=coverage) is state


@pytest.mark.parametrize(
    ("task", "label", "number"),
    [("binary", 0, 0.0), ("binary", 1, 1.0), ("multiclass", "sun", 1.0), ("regression", -1.5, -1.5)],
)
def test_a_label_of_the_domain_is_a_number(product: Product, task: str, label: float | str, number: float) -> None:
    assert number_of(product.model_copy(update={"task": task, "classes": ("rain", "sun")}), label) == number


@pytest.mark.parametrize(
    ("task", "label", "remedy"),
    [
        ("binary", 2, "send 1 or 0"),
        ("multiclass", "fog", "send one of rain, sun"),
        ("regression", "warm", "send one, in the unit"),
        ("regression", math.inf, "send one, in the unit"),
    ],
)
def test_another_label_is_refused_with_those_there_are(
    product: Product, task: str, label: float | str, remedy: str
) -> None:
    with pytest.raises(ValueError, match=remedy):
        number_of(product.model_copy(update={"task": task, "classes": ("rain", "sun")}), label)


def test_the_states_are_words_of_a_ledger() -> None:
    assert [str(state) for state in Labels] == ["few", "low coverage", "enough"]
