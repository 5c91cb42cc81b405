"""The examples of a product with their features as known at prediction time, split by time."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from models.candidate import BASELINE, LABEL, Periods
from models.features.build import historical
from models.lake import Lake
from models.training.search import Part, matrix
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.product import feature_names, load_code


@dataclass(frozen=True)
class Dataset:
    """Examples by period, and the names of their features in the order of the model's input."""

    train: pl.DataFrame
    validate: pl.DataFrame
    test: pl.DataFrame
    features: tuple[str, ...]
    periods: Periods

    def part(self, *frames: pl.DataFrame) -> Part:
        """Return frames of this dataset, one after the other, as arrays."""
        rows = pl.concat(frames)
        return Part(matrix(rows, self.features), rows[LABEL].to_numpy())


def assemble(lake: Lake, product: Product) -> Dataset:
    """Return the product's examples with their features.

    Raises:
        SixfoldError: a period has no examples.

    """
    code = load_code(product)
    recipe, features = code.train, code.features
    examples = recipe.examples(lake.read).rename({recipe.TIME: "at", recipe.LABEL: LABEL})
    # LightGBM draws rows by their position, and a lake gives them in any order: only a sort by all columns settles it.
    examples = examples.sort("at", *(name for name in sorted(examples.columns) if name != "at"))
    frame = historical(lake, features.SERVICE, examples.with_columns(pl.col(LABEL).cast(pl.Float64)))
    learned = frame.filter(pl.col("at") < recipe.VALIDATE_FROM)
    frame = with_baseline(frame, learned, recipe.BASELINE)
    parts = split(frame, recipe.VALIDATE_FROM, recipe.TEST_FROM)
    for name, part in zip(("train", "validate", "test"), parts, strict=True):
        if part.is_empty():
            raise SixfoldError(f"{product.name} has no examples to {name} on", remedy="load data of all its periods")
    train, validate, test = parts
    periods = Periods(
        train_from=train["at"][0],
        validate_from=recipe.VALIDATE_FROM,
        test_from=recipe.TEST_FROM,
        test_until=test["at"][-1],
    )
    return Dataset(train, validate, test, (*feature_names(features), *code.service.REQUEST_FEATURES), periods)


def split(
    frame: pl.DataFrame, validate_from: datetime, test_from: datetime
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the rows to learn from, to choose on and to judge on, by their time `at`."""
    before, after = pl.col("at") < validate_from, pl.col("at") >= test_from
    return frame.filter(before), frame.filter(~before & ~after), frame.filter(after)


def with_baseline(frame: pl.DataFrame, learned: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Add the naive forecast: the rate of positives among learned rows with the same keys, else among all of them."""
    rates = learned.group_by(keys).agg(pl.col(LABEL).mean().alias(BASELINE))
    joined = frame.join(rates, on=keys, how="left", maintain_order="left")
    return joined.with_columns(pl.col(BASELINE).fill_null(learned[LABEL].mean()))
