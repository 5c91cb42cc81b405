"""Writes all that derives from the handlers: `python -m pulumi_sixfold.reference`.

That is docs/reference/provider-types.md, and the program's classes in `pulumi_sixfold/resources`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulumi_sixfold.aws.lookups import LOOKUPS
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.engine.schema import package_schema
from pulumi_sixfold.kit.deadline import DEFAULT_S
from pulumi_sixfold.kit.handler import Handler
from pulumi_sixfold.kit.lookup import Lookup
from pulumi_sixfold.program_side import modules

CLASSES = Path(__file__).parent / "resources"
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "provider-types.md"
MARK = "<!-- from here on written by `python -m pulumi_sixfold.reference` -->\n"


def reference() -> str:
    """Return a section for every resource type and every look-up."""
    sections = [*map(_section, HANDLERS), *map(_function, LOOKUPS.values())]
    return "\n".join(line for section in sections for line in section)


def _section(handler: type[Handler[Any]]) -> Iterator[str]:
    schema = package_schema([handler])["resources"][handler.facts.token]
    yield f"### `{handler.facts.token}`\n"
    yield f"{_sentence(handler.facts.args.__doc__)} {_sentence(handler.__doc__)}\n"
    yield "| input | type | default | what it is |"
    yield "|---|---|---|---|"
    for name, found in schema["inputProperties"].items():
        field = handler.facts.args.model_fields[name]
        default = "required" if field.is_required() else f"`{field.default}`"
        yield f"| `{name}` | {found['type']} | {default} | {found['description']} |"
    for name, text in handler.facts.outputs.items():
        yield f"| → `{name}` | string | output | {text} |"
    yield ""
    if handler.facts.timeout_s != DEFAULT_S:
        yield f"Time allowed: {handler.facts.timeout_s / 60:g} minutes.\n"
    if handler.facts.actions:
        yield f"IAM actions: {', '.join(f'`{action}`' for action in handler.facts.actions)}.\n"


def _function(lookup: Lookup) -> Iterator[str]:
    yield f"### `{lookup.token}`\n"
    yield f"{_sentence(lookup.result.__doc__)} {_sentence(lookup.args.__doc__)}\n"
    yield "| name | direction | what it is |"
    yield "|---|---|---|"
    for direction, model in (("input", lookup.args), ("output", lookup.result)):
        for name, field in model.model_fields.items():
            yield f"| `{name}` | {direction} | {field.description} |"
    yield ""
    if lookup.actions:
        yield f"IAM actions: {', '.join(f'`{action}`' for action in lookup.actions)}.\n"


def _sentence(docstring: str | None) -> str:
    return " ".join((docstring or "").split())


if __name__ == "__main__":
    for name, text in modules(HANDLERS).items():
        (CLASSES / name).write_text(text)
    PAGE.write_text(PAGE.read_text().split(MARK)[0] + MARK + "\n" + reference())
