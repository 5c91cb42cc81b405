"""Loads a product's sources into the lake: raw as published, then curated, quarantined and labelled.

Each table is one commit, marked with the key of the data and the code that it was made from. A load that dies half-way
leaves tables whose mark is not the expected one, and the next load writes just those. Curated tables come last, so what
readers see was checked and counted.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models import steps
from models.hashing import code_key, content_key, file_key, product_key
from models.sources import matching, read
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import DataModule, Source, TableSpec, load_code

if TYPE_CHECKING:
    import polars as pl

    from models.batches import Batch
    from models.lake import Lake
    from models.quality import Checked

Progress = Callable[[str], None]
_LOG = logging.getLogger(__name__)


def is_loaded(platform: PlatformRefs, product: Product) -> bool:
    """Say whether the lake is in step with the source files; the product's code, with pandera, is not imported for it.

    Which files those are follows from the code: while that is the same, they are those of the last load.
    """
    done = steps.recorded(platform, product.package, steps.LOAD)
    files = [path for place in done.files for path in matching(Path(place))] if done else []
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
        SixfoldError: rows were lost on the way: raw is not curated plus quarantined; or a file that arrived was
            refused, after everything else was taken.

    """
    files = {source.name: [path for place in _places(source) for path in matching(place)] for source in sources}
    key = _key(product, [path for paths in files.values() for path in paths])
    tables = [f"{layer}.{source.name}" for source in sources for layer in ("raw", "quarantine", "curated")]
    tables.append(product.label_table)
    if steps.unchanged(platform, product.package, steps.LOAD, key, tables):
        return False
    from models.lake import Lake  # noqa: PLC0415 - a run with nothing to do does not wait for Iceberg

    refused = _run(Lake(platform, product.package), product, files, sources, progress)
    places = [place for source in sources for place in _places(source)]
    steps.record(platform, product.package, steps.LOAD, key, tables, map(str, places))
    if refused:
        raise SixfoldError(
            f"refused: {'; '.join(batch.refused for batch in refused)}",
            remedy="everything else was taken; these contents are tried again when the product's code changes",
        )
    return True


def _key(product: Product, files: Iterable[Path]) -> str:
    code = code_key("models.quality", "models.sources"), product_key(product, "data")
    return content_key(*code, *map(file_key, files))


def _places(source: Source) -> list[Path]:
    return [source.path, *([source.arrivals] if source.arrivals else [])]


def _run(
    lake: "Lake",
    product: Product,
    files: dict[str, list[Path]],
    sources: tuple[Source, ...],
    progress: Progress,
) -> "list[Batch]":
    from models.growth import Growing, take  # noqa: PLC0415 - the same, for pandera

    data, refused = load_code(product).data, []
    still = {source.name: source for source in sources if not source.arrivals}
    whole = [spec for spec in data.TABLES if spec.grows_with not in {each.name for each in sources if each.arrivals}]
    _load_whole(
        lake, data, list(still.values()), whole, _key(product, [each.path for each in still.values()]), progress
    )
    for source in sources:
        if source.arrivals:
            names = sorted({name for spec in data.TABLES if spec.grows_with == source.name for name in spec.reads})
            reads = [still[name] for name in names]
            growing = Growing(
                *(lake, data, source),
                others=partial(_passed, data, reads),
                basis=_key(product, [each.path for each in reads]),
                raw=_raw(source),
                quarantine=_quarantine(source),
            )
            refused += take(growing, [(path, file_key(path)) for path in files[source.name]], progress)
    return refused


def _load_whole(
    lake: "Lake", data: DataModule, sources: list[Source], tables: list[TableSpec], key: str, progress: Progress
) -> None:
    """Load the sources that do not grow, unless each table has the key."""
    there = dict.fromkeys([*(spec.name for spec in tables), *(_quarantine(source).name for source in sources)], key)
    there |= {_raw(source).name: file_key(source.path) for source in sources}
    if all(lake.facts(name).get("content") == content for name, content in there.items()):
        return
    passed: dict[str, pl.DataFrame] = {}
    counts: dict[str, dict[str, str]] = {}
    for source in sources:
        raw = _load_raw(lake, source)
        result = _check(data, source, raw)
        passed[source.name], counts[source.name] = result.passed, _counts(raw, result)
        progress(f"{source.name}: {raw.height:,} rows, {result.failed.height:,} quarantined")
        _replace(lake, _quarantine(source), result.failed, {**counts[source.name], "content": key})
    curated = data.curate(passed) if sources else {}
    for spec in tables:
        if spec.name not in curated:
            raise SixfoldError(
                f"`curate` gave no {spec.name} for {', '.join(passed) or 'no source'}",
                remedy="return it; or where it is made of a source that grows, say so in its `grows_with`",
            )
        source_name = spec.name.split(".")[1]
        _replace(lake, spec, curated[spec.name], {**counts.get(source_name, {}), "content": key})
        progress(f"{spec.name}: {curated[spec.name].height:,} rows")
    for source in sources:
        _assert_none_lost(lake, source.name)


def _passed(data: DataModule, sources: list[Source]) -> "dict[str, pl.DataFrame]":
    return {source.name: _check(data, source, read(source)).passed for source in sources}


def _check(data: DataModule, source: Source, raw: "pl.DataFrame") -> "Checked":
    from models.quality import check  # noqa: PLC0415 - a run with nothing to do does not wait for pandera

    return check(raw, data.CONTRACTS[source.name])


def _load_raw(lake: "Lake", source: Source) -> "pl.DataFrame":
    raw = read(source)
    _replace(lake, _raw(source), raw, {"content": file_key(source.path), "source": source.path.name})
    return raw


def _raw(source: Source) -> TableSpec:
    return TableSpec(f"raw.{source.name}", source.owner, f"{source.description}, as published", by=source.partition_by)


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
