"""Recomputes served features from the lake: `python -m models.features.skew --product P --since T --until T`.

What was logged with a prediction is compared with what training would see for the same entities at the same moment, to
the last bit. Prints JSON, for each release of each API version: `rows` compared, how many are `differing`, which
`features` differ in how many rows, and how many rows are `unanswered`: the online store was away or empty, so that the
model did without a value that the lake has. Those do not count as differing: the store is at fault, and not the model.
Copies of requests, which a shadow scored, count too: a release is looked at before it answers.
"""

import argparse
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from models.features.historical import historical
from models.lake import Lake
from sixfold import prediction_log as log
from sixfold.contract import Product, load_products
from sixfold.moments import moment_of
from sixfold.outputs import PlatformRefs
from sixfold.product import feature_names, load_code
from sixfold.release import SHORT
from sixfold.wire import ENV_PLATFORM

ROWS = 5_000
WHO = (log.API_VERSION, log.RELEASE)
_LOOKED_AT = 4  # times as many are read as are compared, so that a release with little traffic has its share of them
_SERVED = "served_"


def compare(
    platform: PlatformRefs, product: Product, since: datetime, until: datetime, rows: int = ROWS
) -> list[dict[str, Any]]:
    """Compare up to `rows` predictions made from `since` up to `until`: as many of each release, spread evenly.

    Raises:
        SixfoldError: nothing was ever predicted, or there are no features.

    """
    within = f"{log.TIME} >= '{since.isoformat()}' and {log.TIME} <= '{until.isoformat()}'"
    lake = Lake(platform, product.package)
    logged = lake.sample(f"predictions.{product.package}", within, _LOOKED_AT * rows)
    definitions = load_code(product).features
    names = list(feature_names(definitions))
    served = _served(_chosen(logged, rows), list(definitions.ENTITIES), names)
    computed = historical(lake, definitions, served)
    given = {name: (pl.col(name).fill_nan(None), pl.col(_SERVED + name)) for name in names}
    lacks = pl.any_horizontal(here.is_not_null() & there.is_null() for here, there in given.values())
    differs = (here.ne_missing(there).and_(~lacks).alias(name) for name, (here, there) in given.items())
    releases = sorted(computed.select(*WHO, *differs, answered=~lacks).partition_by(WHO, as_dict=True).items())
    return [dict(zip(WHO, who, strict=True)) | _counted(part, names) for who, part in releases]


def _chosen(logged: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Return up to `rows` predictions, equally many of each release, with short digests."""
    parts = logged.with_columns(pl.col(log.RELEASE).str.slice(0, SHORT)).partition_by(WHO)
    most = max(1, rows // max(1, len(parts)))
    return pl.concat([logged.clear(), *(part.gather_every(-(-part.height // most)) for part in parts)])


def _counted(part: pl.DataFrame, names: list[str]) -> dict[str, Any]:
    rows = int(part["answered"].sum())
    return {
        "rows": rows,
        "differing": part.select(pl.any_horizontal(names).sum()).item(),
        "features": {name: int(part[name].sum()) for name in names if part[name].any()},
        "unanswered": part.height - rows,
    }


def _served(logged: pl.DataFrame, entities: list[str], names: list[str]) -> pl.DataFrame:
    """Return a row for each prediction: its release, entity keys, time, and features as served."""
    keys = pl.col(log.ENTITIES).str.json_decode(pl.Struct(dict.fromkeys(entities, pl.String)))
    given = pl.col(log.FEATURES).str.json_decode(pl.Struct(dict.fromkeys(names, pl.Float64)))
    return logged.select(
        *WHO,
        *(keys.struct.field(entity) for entity in entities),
        pl.col(log.TIME).alias("event_timestamp"),
        *(given.struct.field(name).alias(_SERVED + name) for name in names),
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m models.features.skew", description="Recompute served features.")
    parser.add_argument("--product", required=True)
    parser.add_argument("--since", required=True, type=moment_of)
    parser.add_argument("--until", required=True, type=moment_of)
    given = parser.parse_args()
    product = load_products(Path(__file__).parents[2] / "products")[given.product]
    platform = PlatformRefs.model_validate_json(os.environ[ENV_PLATFORM])
    json.dump(compare(platform, product, given.since, given.until), sys.stdout)


if __name__ == "__main__":
    main()
