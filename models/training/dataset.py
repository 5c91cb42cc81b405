"""The examples of a product with their features as known at prediction time, split by time."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from models.candidate import BASELINE, LABEL, Periods
from models.features.historical import historical
from models.frameworks.base import Part
from models.lake import Lake
from models.training.search import matrix
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.periods import Cut
from sixfold.product import Baseline, feature_names, load_code
from sixfold.tasks import Task, task_of


@dataclass(frozen=True)
class Dataset:
    """Examples by period, the names of their features in the order of the model's input, and what stands for null."""

    train: pl.DataFrame
    validate: pl.DataFrame
    test: pl.DataFrame
    features: tuple[str, ...]
    missing: Mapping[str, float]
    periods: Periods

    def part(self, *frames: pl.DataFrame) -> Part:
        """Return frames of this dataset, one after the other, as arrays."""
        rows = pl.concat(frames)
        return Part(matrix(rows, self.features, self.missing), rows[LABEL].to_numpy())


def assemble(lake: Lake, product: Product) -> Dataset:
    """Return the product's examples with their features.

    Raises:
        SixfoldError: a period has no examples, or a label is none that the task has.

    """
    code, task = load_code(product), task_of(product)
    recipe, features = code.model, code.features
    examples = recipe.examples(lake.read).rename({recipe.TIME: "at", recipe.LABEL: LABEL})
    # Frameworks draw rows by their position, and a lake gives them in any order: only a sort by all columns settles it.
    examples = examples.sort("at", *(name for name in sorted(examples.columns) if name != "at"))
    examples = examples.with_columns(task.encode(examples[LABEL]).alias(LABEL))
    if examples[LABEL].null_count():
        raise SixfoldError(
            f"{examples[LABEL].null_count():,} examples of {product.name} have a label that is not {task.domain()}",
            remedy=f"correct `{recipe.LABEL}` in data.py, or `task` in product.yaml",
        )
    if examples.is_empty():
        raise SixfoldError(f"{product.name} has no examples", remedy="load data with labels")
    cut = recipe.PERIODS.until(examples["at"][-1])
    frame = historical(lake, features, within(examples, cut))
    frame = with_baseline(task, frame, frame.filter(pl.col("at") < cut.validate_from), recipe.BASELINE)
    train, validate, test = split(frame, cut)
    for part, name, since, until in (
        (train, "train", cut.train_from, cut.validate_from),
        (validate, "validate", cut.validate_from, cut.test_from),
        (test, "test", cut.test_from, cut.test_until),
    ):
        if part.is_empty():
            span = f"{f'from {since} ' if since else ''}to {until}"
            raise SixfoldError(
                f"{product.name} has no examples to {name} on, {span}",
                remedy="load data of all its periods, or write others as `PERIODS` of model.py",
            )
    periods = Periods(
        train_from=cut.train_from or train["at"][0],
        validate_from=cut.validate_from,
        test_from=cut.test_from,
        test_until=test["at"][-1],
    )
    names = (*feature_names(features), *code.service.REQUEST_FEATURES)
    return Dataset(train, validate, test, names, recipe.MISSING, periods)


def within(frame: pl.DataFrame, cut: Cut) -> pl.DataFrame:
    """Return the rows of which any period may be, by their time `at`: those before the first one are too old."""
    return frame.filter(pl.col("at") >= cut.train_from) if cut.train_from else frame


def split(frame: pl.DataFrame, cut: Cut) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the rows to learn from, to choose on and to judge on, by their time `at`."""
    before, after = pl.col("at") < cut.validate_from, pl.col("at") >= cut.test_from
    return frame.filter(before), frame.filter(~before & ~after), frame.filter(after)


def with_baseline(task: Task, frame: pl.DataFrame, learned: pl.DataFrame, baseline: Baseline) -> pl.DataFrame:
    """Add the naive forecast (`sixfold.product.Baseline`); where it knows nothing, that of all learned rows."""
    if isinstance(baseline, str):
        naive = frame.with_columns(pl.col(baseline).cast(pl.Float64).alias(BASELINE))
    elif callable(baseline):
        naive = frame.with_columns(baseline(learned, frame).alias(BASELINE))
    else:
        rates = learned.group_by(baseline).agg(task.prior(LABEL).alias(BASELINE))
        naive = frame.join(rates, on=baseline, how="left", maintain_order="left")
    overall = learned.select(task.prior(LABEL).alias(BASELINE))[BASELINE]
    return naive.with_columns(pl.coalesce(BASELINE, pl.lit(overall)))
