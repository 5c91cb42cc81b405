"""The generated reference pages of commands and files."""

import pytest
from pydantic import BaseModel

from delivery.reference import PAGES, descriptions, models, pages


class Inner(BaseModel):
    """A part."""

    size: int = 3
    """How large."""


class Outer(BaseModel):
    """The whole."""

    parts: tuple[Inner, ...]
    """All parts."""


@pytest.mark.parametrize("name", pages())
def test_a_page_is_in_step_with_its_source(name: str) -> None:
    assert (PAGES / name).read_text() == pages()[name], "run `python -m delivery.reference`"


def test_the_text_under_a_field_is_its_description() -> None:
    assert descriptions(Outer) == {"parts": "All parts."}


def test_a_model_that_a_field_mentions_has_its_own_section() -> None:
    page = "\n".join(models(Outer))
    assert "| `parts` | list of [Inner](#inner) | required | All parts. |" in page
    assert "## Inner\n\nA part." in page
    assert "| `size` | whole number | `3` | How large. |" in page
