"""Sources without a row: a header alone, or rows of which none passes."""

from pathlib import Path

import polars as pl
import pytest

from models.features.build import _write_tables
from models.quality import check
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.product import ProductCode, load_code

PRODUCTS = Path(__file__).parents[3] / "products"


@pytest.fixture(params=["flight_delays", "daily_high"])
def code(request: pytest.FixtureRequest) -> ProductCode:
    """The code of each product of ours."""
    return load_code(load_product(PRODUCTS / request.param / "product.yaml"))


@pytest.fixture
def curated(code: ProductCode) -> dict[str, pl.DataFrame]:
    """The tables of sources without a row."""
    contracts = code.data.CONTRACTS
    raw = {name: pl.DataFrame(schema=dict.fromkeys(each.columns, pl.String)) for name, each in contracts.items()}
    return code.data.curate({name: check(frame, contracts[name]).passed for name, frame in raw.items()})


def test_no_rows_make_tables_without_rows(code: ProductCode, curated: dict[str, pl.DataFrame]) -> None:
    made = {**curated, **{spec.name: frame for spec, frame in code.features.tables(curated.__getitem__).items()}}
    assert {name: frame.height for name, frame in made.items()} == dict.fromkeys(made, 0)


def test_features_without_a_row_are_refused_before_a_model_misses_them(
    code: ProductCode, curated: dict[str, pl.DataFrame]
) -> None:
    lake = type("Lake", (), {"read": curated.__getitem__, "product": "daily-high"})
    with pytest.raises(SixfoldError, match=r"(?s)would have no rows.*sixfold data quarantine daily-high"):
        _write_tables(lake, code.features, "key", print, copied=False)  # type: ignore[arg-type] # it needs no more of a lake
