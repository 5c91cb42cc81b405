"""Recomputes served features from the lake: `python -m models.skew --product P --since T --until T`.

What was logged with a prediction is compared with what training would see for the same entities at the same moment, to
the last bit. Prints JSON: `rows` compared, how many are `differing`, which `features` differ in how many rows, and how
many rows are `unanswered`, because the online store was away and the model got nothing at all.
"""

import argparse
import importlib
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from models.features import historical
from models.lake import Lake
from sixfold.contract import Product, load_products
from sixfold.environment import Platform

ROWS = 5_000
_SERVED = "served_"


def compare(platform: Platform, product: Product, since: datetime, until: datetime, rows: int = ROWS) -> dict[str, Any]:
    """Compare up to `rows` predictions made from `since` up to `until`, spread evenly over them.

    Raises:
        SixfoldError: nothing was ever predicted, or there are no features.

    """
    within = f"time >= '{since.isoformat()}' and time <= '{until.isoformat()}'"
    logged = Lake(platform).read(f"predictions.{product.package}", within)
    definitions = importlib.import_module(f"models.products.{product.package}.features")
    names = [field.name for view in definitions.VIEWS for field in view.features]
    served = _served(logged.gather_every(max(1, logged.height // rows)), list(definitions.ENTITIES), names)
    answered = served.filter(~pl.all_horizontal(pl.col(_SERVED + name).is_null() for name in names))
    if answered.is_empty():
        return {"rows": 0, "differing": 0, "features": {}, "unanswered": served.height}
    computed = historical(platform, definitions.SERVICE, answered)
    differs = computed.select(
        pl.col(name).fill_nan(None).ne_missing(pl.col(_SERVED + name)).alias(name) for name in names
    )
    counts = {name: int(differs[name].sum()) for name in names if differs[name].any()}
    differing = differs.select(pl.any_horizontal(pl.all()).sum()).item()
    return {
        "rows": answered.height, "differing": differing, "features": counts,
        "unanswered": served.height - answered.height,
    }  # fmt: skip


def _served(logged: pl.DataFrame, entities: list[str], names: list[str]) -> pl.DataFrame:
    """Return a row for each prediction: its entity keys, its moment, and its features as served."""
    keys = pl.col("entities").str.json_decode(pl.Struct(dict.fromkeys(entities, pl.String)))
    given = pl.col("features").str.json_decode(pl.Struct(dict.fromkeys(names, pl.Float64)))
    return logged.select(
        *(keys.struct.field(entity) for entity in entities),
        pl.col("time").alias("event_timestamp"),
        *(given.struct.field(name).alias(_SERVED + name) for name in names),
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m models.skew", description="Recompute served features.")
    parser.add_argument("--product", required=True)
    parser.add_argument("--since", required=True, type=datetime.fromisoformat)
    parser.add_argument("--until", required=True, type=datetime.fromisoformat)
    given = parser.parse_args()
    product = load_products(Path(__file__).with_name("products"))[given.product]
    platform = Platform.model_validate_json(os.environ["SIXFOLD_PLATFORM"])
    json.dump(compare(platform, product, given.since, given.until), sys.stdout)


if __name__ == "__main__":
    main()
