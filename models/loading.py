"""Loads a product's sources into the lake: raw as published, then curated, quarantined and labelled.

Each table is one commit, marked with the key of the data and the code that it was made from. A load that dies half-way
leaves tables whose mark is not the expected one, and the next load writes just those. Curated tables come last, so what
readers see was checked and counted.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models import steps
from models.hashing import code_key, content_key, file_key, product_key
from models.sources import read
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import Source, TableSpec, load_code

if TYPE_CHECKING:
    import polars as pl

    from models.lake import Lake
    from models.quality import Checked

Progress = Callable[[str], None]
_STEP = "load"
_LOG = logging.getLogger(__name__)


def is_loaded(platform: PlatformRefs, product: Product) -> bool:
    """Say whether the lake is in step with the source files; the product's code, with pandera, is not imported for it.

    Which files those are follows from the code: while that is the same, they are those of the last load.
    """
    done = steps.recorded(platform, product.package, _STEP)
    files = [Path(file) for file in done.files] if done else []
    if done is None or not files or not all(file.is_file() for file in files):
        return False
    return steps.holds(platform, product.package, done, _key(product, files))


def quarantined(platform: PlatformRefs, product: Product) -> dict[str, dict[str, int]]:
    """Return, by table, the reasons for which rows of the last load are in quarantine, and the rows of each.

    Raises:
        SixfoldError: the product was never loaded.

    """
    from models.lake import Lake  # noqa: PLC0415 - a run with nothing to do does not wait for Iceberg

    lake, found = Lake(platform, product.package), {}
    for source in load_code(product).data.sources():
        rows = lake.read(_quarantine(source).name)
        if rows.height:
            found[source.name] = dict(rows["reason"].value_counts(sort=True).iter_rows())
    return found


def load(platform: PlatformRefs, product: Product, sources: tuple[Source, ...], progress: Progress = _LOG.info) -> bool:
    """Bring the lake in step with the source files. Return False where it already was, which takes milliseconds.

    Raises:
        SixfoldError: rows were lost on the way: raw is not curated plus quarantined.

    """
    files = [source.path for source in sources]
    key = _key(product, files)
    tables = [f"{layer}.{source.name}" for source in sources for layer in ("raw", "quarantine", "curated")]
    tables.append(product.label_table)
    if steps.unchanged(platform, product.package, _STEP, key, tables):
        return False
    from models.lake import Lake  # noqa: PLC0415 - a run with nothing to do does not wait for Iceberg

    _run(Lake(platform, product.package), product, sources, key, progress)
    steps.record(platform, product.package, _STEP, key, tables, map(str, files))
    return True


def _key(product: Product, files: Iterable[Path]) -> str:
    code = code_key("models.quality", "models.sources"), product_key(product, "data")
    return content_key(*code, *map(file_key, files))


def _run(lake: "Lake", product: Product, sources: tuple[Source, ...], key: str, progress: Progress) -> None:
    from models.quality import check  # noqa: PLC0415 - the same, for pandera

    data = load_code(product).data
    checked: dict[str, Checked] = {}
    counts: dict[str, dict[str, str]] = {}
    for source in sources:
        raw = _load_raw(lake, source)
        result = checked[source.name] = check(raw, data.CONTRACTS[source.name])
        counts[source.name] = _counts(raw, result)
        progress(f"{source.name}: {raw.height:,} rows, {result.failed.height:,} quarantined")
        _replace(lake, _quarantine(source), result.failed, {**counts[source.name], "content": key})
    curated = data.curate({name: result.passed for name, result in checked.items()})
    for spec in data.TABLES:
        source_name = spec.name.split(".")[1]
        _replace(lake, spec, curated[spec.name], {**counts.get(source_name, {}), "content": key})
        progress(f"{spec.name}: {curated[spec.name].height:,} rows")
    for source in sources:
        _assert_none_lost(lake, source.name)


def _load_raw(lake: "Lake", source: Source) -> "pl.DataFrame":
    raw = read(source)
    spec = TableSpec(f"raw.{source.name}", source.owner, f"{source.description}, as published", by=source.partition_by)
    _replace(lake, spec, raw, {"content": file_key(source.path), "source": source.path.name})
    return raw


def _quarantine(source: Source) -> TableSpec:
    description = f"Rows of {source.name} as published that break their contract, and why"
    return TableSpec(f"quarantine.{source.name}", source.owner, description)


def _replace(lake: "Lake", spec: TableSpec, frame: "pl.DataFrame", facts: dict[str, str]) -> None:
    """Write a table unless its last snapshot has the same content key."""
    if lake.facts(spec.name).get("content") != facts["content"]:
        lake.replace(spec, frame, {**facts, "loaded-at": datetime.now(UTC).isoformat(timespec="seconds")})


def _counts(raw: "pl.DataFrame", checked: "Checked") -> dict[str, str]:
    return {
        "rows-raw": str(raw.height),
        "rows-curated": str(checked.passed.height),
        "rows-quarantined": str(checked.failed.height),
    }


def _assert_none_lost(lake: "Lake", name: str) -> None:
    raw, curated, quarantined = (lake.count(f"{layer}.{name}") for layer in ("raw", "curated", "quarantine"))
    if raw != curated + quarantined:
        raise SixfoldError(
            f"{name}: {raw} raw rows became {curated} curated and {quarantined} quarantined",
            remedy=f"make `curate` keep a row for each row of {name} that passed",
        )
