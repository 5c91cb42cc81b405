"""Which products the evaluation watches: those of its stack, by their contracts as they are now."""

import pytest

from monitoring.evaluation.__main__ import _contracts
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.wire import ENV_PRODUCTS


@pytest.mark.parametrize(
    ("named", "watched"),
    [
        ("daily-high", {"daily-high"}),
        ("daily-high,flight-delays", {"daily-high", "flight-delays"}),
        ("flight-delays,long-gone", {"flight-delays"}),
        ("", set()),
    ],
)
def test_a_product_that_the_stack_does_not_name_is_not_watched(
    named: str, watched: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV_PRODUCTS, named)
    assert _contracts({}).keys() == watched


@pytest.mark.parametrize(
    "error",
    [SixfoldError("a key is wrong", remedy="correct it"), FileNotFoundError("elsewhere.yaml"), RecursionError()],
)
def test_the_last_valid_contracts_stay_while_one_is_not_valid(
    error: Exception, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> dict[str, Product]:
        raise error

    monkeypatch.setattr("monitoring.contracts.load_products", broken)
    assert _contracts({product.name: product}) == {product.name: product}
