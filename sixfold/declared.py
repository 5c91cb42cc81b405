"""The base of all data that people declare in files, and the form of its names."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=30)]


class Strict(BaseModel):
    """Base of all declared data: unknown keys are refused and values never change.

    The text under a field is its description, which `python -m delivery.reference` writes into docs/reference.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
