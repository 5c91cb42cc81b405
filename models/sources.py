"""Source files, read exactly as they were published, or not at all: every column is of strings, null where missing."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sixfold.errors import SixfoldError
from sixfold.product import Source

if TYPE_CHECKING:
    import polars as pl


def matching(path: Path) -> list[Path]:
    """Return the files that a path with a `*` in its last part stands for, by name; another path stands for itself."""
    return sorted(path.parent.glob(path.name)) if "*" in path.name else [path]


def read(source: Source, path: Path | None = None) -> "pl.DataFrame":
    """Return every row of a source's file, or of another one that arrived for it.

    "NA" in a CSV file is null. Numbers in JSON lines keep their digits as written; a list or an object is JSON again.

    Raises:
        SixfoldError: the file is not what its name says, in the declared encoding, or a row has more or fewer fields
            than the header, as where a file was cut off; polars would put other letters, or nulls, in the place of
            what is missing.

    """
    import polars as pl  # noqa: PLC0415 - a run with nothing to load only looks at the path

    path = path or source.path
    body, kind = path.read_bytes(), path.suffix
    if kind == ".zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body, kind = archive.read(archive.namelist()[0]), ".csv"
    try:
        if kind == ".parquet":
            return pl.read_parquet(io.BytesIO(body)).cast(pl.String)
        return _TEXTS.get(kind, _csv)(_text(path, body, source.encoding))
    except (csv.Error, pl.exceptions.PolarsError, ValueError) as error:
        raise SixfoldError(
            f"{path.name} cannot be read as {_NAMES.get(kind, 'CSV')}: {error}",
            remedy="correct it, or fetch it again if it was cut off; nothing of it was taken",
        ) from error


def _text(path: Path, body: bytes, encoding: str) -> str:
    try:
        return body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise SixfoldError(
            f"{path.name} is not {encoding.upper()}: line {line}, byte {error.start} of the file",
            remedy='declare its encoding in the Source, as `encoding="latin1"`, or write it in that one: '
            f"`iconv -f LATIN1 -t {encoding.upper()} {path.name}`",
        ) from None


def _csv(text: str) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415 - as above

    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows, [])
    for row in rows:
        if row and len(row) != len(header):
            raise csv.Error(f"{len(row)} fields in line {rows.line_num}, and {len(header)} in its header")
    return pl.read_csv(text.encode(), infer_schema=False, null_values="NA")


def _json_lines(text: str) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415 - as above

    found: list[dict[str, str | None]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            row = json.loads(line, parse_float=str, parse_int=str)
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is no object")
            found.append({name: _published(value) for name, value in row.items()})
    names = dict.fromkeys(name for row in found for name in row)
    return pl.DataFrame(found, schema=dict.fromkeys(names, pl.String))


def _published(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


_TEXTS: dict[str, Callable[[str], "pl.DataFrame"]] = {".jsonl": _json_lines, ".ndjson": _json_lines}
_NAMES = {".jsonl": "JSON lines", ".ndjson": "JSON lines", ".parquet": "Parquet"}
