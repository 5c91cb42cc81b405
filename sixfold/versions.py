"""The API versions of a product, and their life: preview, current, deprecated, retired."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sixfold.declared import Strict
from sixfold.moments import Day


class Status(StrEnum):
    """The place of an API version in its life."""

    PREVIEW = "preview"
    CURRENT = "current"
    DEPRECATED = "deprecated"
    RETIRED = "retired"

    @classmethod
    def _missing_(cls, value: object) -> "Status | None":
        return cls.CURRENT if value == "live" else None  # the word in outputs of stacks that were applied long ago


class ApiVersion(Strict):
    """A contract with consumers; many releases serve one API version over its life.

    Its life is preview, current, deprecated, retired, and each day is declared before it comes.
    """

    since: Day
    """Day from which the version is current. Before, it is a preview: it answers, and may still change in any way."""
    deprecated: Day | None = None
    """Day from which the version is deprecated; the `Deprecation` header tells it from the day of this entry on."""
    sunset: Day | None = None
    """Day from which the version answers 410; sent before in the `Sunset` header."""
    notice_days: Annotated[int, Field(ge=0, le=10 * 365)] = 90
    """Days that consumers have to move, from `deprecated` to `sunset` at least."""
    guide: Annotated[str, Field(pattern=r"^(https?:/)?/[!-;=?-z|~]*$", max_length=500)] | None = None
    """Address of the migration guide, or a path at the edge: in the `Link` header and in the answer 410."""

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.sunset and not self.deprecated:
            raise ValueError("sunset: a version that ends is deprecated first; write from which day on")
        if self.deprecated and self.deprecated < self.since:
            raise ValueError("deprecated: it is before `since`; a preview that nobody wants is just taken out")
        if self.deprecated and self.sunset and (self.sunset - self.deprecated).days < self.notice_days:
            raise ValueError(
                f"sunset: it comes {(self.sunset - self.deprecated).days} days after `deprecated`, and consumers are "
                f"promised {self.notice_days}; move it, or set another notice_days"
            )
        return self

    def status(self, today: date) -> Status:
        """Return the status of this version on a day."""
        if self.sunset and today >= self.sunset:
            return Status.RETIRED
        if self.deprecated and today >= self.deprecated:
            return Status.DEPRECATED
        return Status.CURRENT if today >= self.since else Status.PREVIEW


def number_of(version: str) -> int:
    """Return the number in the name of an API version, by which v10 comes after v9."""
    return int(version.removeprefix("v"))
