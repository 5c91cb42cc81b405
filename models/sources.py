"""Source files, read exactly as they were published, or not at all."""

import csv
import io
import zipfile
from typing import TYPE_CHECKING

from sixfold.errors import SixfoldError
from sixfold.product import Source

if TYPE_CHECKING:
    import polars as pl


def read(source: Source) -> "pl.DataFrame":
    """Return every row as published: all columns are strings, "NA" is null.

    Raises:
        SixfoldError: the file is no CSV in UTF-8, or a row has more or fewer fields than the header, as where a file
            was cut off; polars would put other letters, or nulls, in the place of what is missing.

    """
    import polars as pl  # noqa: PLC0415 - a run with nothing to load only looks at the path

    body = source.path.read_bytes()
    if source.path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = archive.read(archive.namelist()[0])
    text = _text(source, body)
    try:
        _require_whole(source, text)
        return pl.read_csv(body, infer_schema=False, null_values="NA")
    except (csv.Error, pl.exceptions.PolarsError) as error:
        raise SixfoldError(
            f"{source.path.name} cannot be read as CSV: {error}", remedy="correct it; nothing of it was taken"
        ) from error


def _text(source: Source, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise SixfoldError(
            f"{source.path.name} is not UTF-8: line {line}, byte {error.start} of the file",
            remedy=f"write it in UTF-8, if it is in LATIN1 by `iconv -f LATIN1 -t UTF-8 {source.path.name}`",
        ) from None


def _require_whole(source: Source, text: str) -> None:
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows, [])
    for row in rows:
        if row and len(row) != len(header):
            raise SixfoldError(
                f"{source.path.name} has {len(row)} fields in line {rows.line_num}, and {len(header)} in its header",
                remedy="fetch it again if it was cut off; nothing of it was taken",
            )
