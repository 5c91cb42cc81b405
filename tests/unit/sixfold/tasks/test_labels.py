import polars as pl
import pytest

from sixfold.contract import Product
from sixfold.labels import number_of
from sixfold.tasks import TASKS

CLASSES = ("rain", "snow", "sun")
DOMAINS: list[tuple[str, list[object], list[float]]] = [
    ("binary", [True, 0, 1], [1, 0, 1]),
    ("multiclass", ["sun", "rain"], [2, 0]),
    ("multiclass", [2, 0], [2, 0]),
    ("regression", [-1.5, 0, 1e9], [-1.5, 0, 1e9]),
]
OUTSIDE: list[tuple[str, object]] = [
    ("binary", 2.0),
    ("binary", 0.5),
    ("binary", float("nan")),
    ("binary", "yes"),
    ("multiclass", "fog"),
    ("multiclass", 3.0),
    ("multiclass", 0.5),
    ("regression", float("inf")),
    ("regression", float("nan")),
    ("regression", "warm"),
]


@pytest.mark.parametrize(("task", "given", "numbers"), DOMAINS)
def test_labels_of_the_domain_become_numbers(task: str, given: list[object], numbers: list[float]) -> None:
    encoded = TASKS[task](CLASSES).encode(pl.Series(given, strict=False))
    assert encoded.to_list() == numbers


@pytest.mark.parametrize(("task", "given"), OUTSIDE)
def test_a_label_outside_of_the_domain_is_none(task: str, given: object) -> None:
    assert TASKS[task](CLASSES).encode(pl.Series([given])).to_list() == [None]


@pytest.mark.parametrize(
    ("task", "given"), [each for each in OUTSIDE if not isinstance(each[1], float) or each[0] != "multiclass"]
)
def test_a_consumer_cannot_send_a_label_outside_of_the_domain(contract: Product, task: str, given: float | str) -> None:
    product = contract.model_copy(update={"task": task, "classes": CLASSES if task == "multiclass" else ()})
    with pytest.raises(ValueError, match="send"):
        number_of(product, given)


def test_a_consumer_sends_the_name_of_a_class(contract: Product) -> None:
    product = contract.model_copy(update={"task": "multiclass", "classes": CLASSES})
    assert number_of(product, "snow") == 1
