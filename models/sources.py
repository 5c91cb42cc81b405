"""Source files, read exactly as they were published."""

import io
import zipfile
from typing import TYPE_CHECKING

from sixfold.product import Source

if TYPE_CHECKING:
    import polars as pl


def read(source: Source) -> "pl.DataFrame":
    """Return every row as published: all columns are strings, "NA" is null."""
    import polars as pl  # noqa: PLC0415 - a run with nothing to load only looks at the path

    body = source.path.read_bytes()
    if source.path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = archive.read(archive.namelist()[0])
    return pl.read_csv(body, infer_schema=False, null_values="NA", encoding="utf8-lossy")
