"""Source files, read exactly as they were published."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Source:
    """A CSV file, plain or as the only member of a zip archive, and the table that it becomes.

    `partition_by` names the columns by whose values the raw table is partitioned.
    """

    name: str
    path: Path
    owner: str
    description: str
    partition_by: tuple[str, ...] = ()


def read(source: Source) -> "pl.DataFrame":
    """Return every row as published: all columns are strings, "NA" is null."""
    import polars as pl  # noqa: PLC0415 - a run with nothing to load only looks at the path

    body = source.path.read_bytes()
    if source.path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = archive.read(archive.namelist()[0])
    return pl.read_csv(body, infer_schema=False, null_values="NA", encoding="utf8-lossy")
