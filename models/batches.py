"""The batches of a source that grows: which files were taken, in which order, and what became of their rows.

raw = curated + quarantined + superseded, for each batch and in all: a row is superseded when a later one, of its own
batch or of another, has its key.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from models import aws, steps
from sixfold.outputs import PlatformRefs


class Batch(BaseModel, frozen=True):
    """A file that arrived: `content` is its sha256, `number` its place in the order of arrival.

    `refused` says why nothing of it was taken. `held` is how many rows the curated table had after it, None until its
    rows are there.
    """

    number: int
    content: str
    file: str
    at: datetime
    rows: int = 0
    quarantined: int = 0
    superseded: int = 0
    held: int | None = None
    refused: str = ""

    @property
    def place(self) -> str:
        """With what the marks of this number begin, whatever the content."""
        return f"{self.number:06}-"

    @property
    def mark(self) -> str:
        """The value of the column `batch` in the raw and the quarantine table."""
        return f"{self.place}{self.content[:12]}"

    def __str__(self) -> str:
        """Return the batch's outcome as one line."""
        if self.refused:
            return f"refused: {self.refused}"
        counts = f"{self.rows:,} rows, {self.quarantined:,} quarantined, {self.superseded:,} superseded"
        return f"{self.file}, {counts}"


class Taken(BaseModel, frozen=True):
    """All batches of a source; `basis` is the key of the code, and of the other sources, that curated them."""

    basis: str = ""
    batches: tuple[Batch, ...] = ()

    @property
    def good(self) -> tuple[Batch, ...]:
        """Batches that were not refused."""
        return tuple(batch for batch in self.batches if not batch.refused)

    def with_batch(self, batch: Batch) -> "Taken":
        """Return the same with a batch, in the place of the one of its number."""
        others = [each for each in self.batches if each.number != batch.number]
        return self.model_copy(update={"batches": tuple(sorted((*others, batch), key=lambda each: each.number))})

    def arrive(self, file: Path, content: str) -> Batch:
        """Return the batch that a file is: the one of its content, or a new one."""
        known = next((batch for batch in self.batches if batch.content == content), None)
        number = known.number if known else max((batch.number for batch in self.batches), default=0) + 1
        return Batch(number=number, content=content, file=file.name, at=datetime.now(UTC))

    def totals(self) -> "Totals":
        """Return the sums over all batches."""
        rows, quarantined, superseded = (
            sum(getattr(each, name) for each in self.good) for name in ("rows", "quarantined", "superseded")
        )
        return Totals(rows, quarantined, rows - quarantined - superseded)


class Totals(NamedTuple):
    """Rows of all batches: as published, of them in quarantine, and of them live."""

    raw: int
    quarantined: int
    curated: int


def recorded(platform: PlatformRefs, package: str, source: str) -> Taken:
    """Read the record of a source; it is empty if no batch was ever taken."""
    found = aws.read_object(platform, platform.lake_bucket, _object(package, source))
    return Taken() if found is None else Taken.model_validate_json(found)


def record(platform: PlatformRefs, package: str, source: str, taken: Taken) -> None:
    """Keep the record of a source."""
    body = taken.model_dump_json(indent=1)
    aws.s3(platform).put_object(Bucket=platform.lake_bucket, Key=_object(package, source), Body=body.encode())


def unseen(taken: Taken, contents: Sequence[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """Return the files, with their sha256, whose content was neither taken nor refused; of equal ones the first."""
    known, found = {batch.content for batch in taken.batches}, []
    for file, content in contents:
        if content not in known:
            known.add(content)
            found.append((file, content))
    return found


def _object(package: str, source: str) -> str:
    return f"{steps.folder(package)}batches/{source}.json"
