"""Figures of the use of a product, in a file of a stack's home: `sixfold users` writes them, the program reads them.

The program provisions and reads no lake: it meets those who do as data.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from sixfold.declared import Slug, Strict
from sixfold.moments import Moment

BEYOND = 10
"""`ConsumerLoadHigh` fires at so many times the `requests_per_day` of a consumer."""
SILENT_DAYS = 30
"""`ConsumerSilent` fires after so many days without a call."""


class Called(Strict):
    """Rows that a consumer asked of an API version, and when it did last."""

    consumer: Slug
    version: str
    rows: int
    last: Moment


class Figures(Strict):
    """The use of a product in the `days` before `at`."""

    at: Moment
    days: Annotated[int, Field(ge=1)]
    calls: tuple[Called, ...] = ()


def place(home: Path, stack: str, product: str) -> Path:
    """Return the file of the figures of a product of a stack."""
    return home / "use" / stack / f"{product}.json"


def keep(path: Path, figures: Figures) -> None:
    """Write figures in place of those of before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(figures.model_dump_json(indent=2))
    part.replace(path)


def known(path: Path, since: datetime) -> Figures | None:
    """Return the figures; None where there are none, where they are from before `since`, or where they are damaged."""
    try:
        figures = Figures.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return figures if figures.at >= since else None
