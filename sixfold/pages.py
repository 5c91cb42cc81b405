"""Renders the HTML pages for people from Jinja2 templates: portal, evaluation report, API docs and alert inbox.

Called by the module of each page, whose template lies beside it: `docs.html` for `docs.py`. Text of a contract, an
alert or a table must never become markup: every value is escaped. A value that the template does not get is an error.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def render(module: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """Return the page of a module as HTML.

    Args:
        module: the module's `__file__`.
        values: what the template shows, by name.

    """
    return _template(template_of(Path(module))).render(values)


def template_of(module: Path) -> Path:
    """Return the path of a module's template; most modules have none."""
    return module.with_suffix(".html")


@cache  # a release renders its docs on the event loop that answers predictions: the template is compiled once
def _template(path: Path) -> Template:
    environment = Environment(
        loader=FileSystemLoader(path.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(path.name)
