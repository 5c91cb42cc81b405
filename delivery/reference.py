"""The generated pages of docs/reference on commands and files: `python -m delivery.reference` writes them.

Sources: the command line, the Makefile, and the pydantic models of the product contract and the stack file.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.core import TyperArgument, TyperGroup

from delivery.responsibility import markdown as responsibilities
from sixfold.contract import Product, load_products
from sixfold.roles import read_roles
from sixfold.stack import Settings

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "reference"
_HEAD = """# {title}

<!-- written by `python -m delivery.reference` -->

{lead} Words are in the [glossary](../glossary.md).
"""
_WORDS: Mapping[object, str] = {
    str: "text",
    float: "number",
    int: "whole number",
    bool: "true or false",
    date: "date",
    IPv4Network: "CIDR block",
}
_TARGET = re.compile(r"^([a-z-]+):.*## (.+)$", re.MULTILINE)


def pages() -> Mapping[str, str]:
    """Return the content of each page by its file name."""
    return {
        "commands.md": _page(
            "Commands",
            "Every command of `sixfold` and every target of `make`. `--stack NAME`, or the variable `STACK`, names the "
            "stack; without it that is `local`. With `--json` stdout is JSON alone, and progress goes to stderr. Exit "
            "code 0: done; 1: an error or a refusal, with its sentence and remedy on stderr; 2: wrong arguments; 3: a "
            "rollout that goes on with the same command. `-h` explains; `sixfold --install-completion` completes.",
            [*_commands(), *_targets((ROOT / "Makefile").read_text())],
        ),
        "product-yaml.md": _page(
            "Fields of product.yaml",
            "The contract of a product, `products/<package>/product.yaml`. Unknown keys are refused.",
            models(Product),
        ),
        "responsibilities.md": _page(
            "Responsibilities",
            "Who does what: R, responsible: the role's own work. A, accountable. C, consulted: could step in, or "
            "reviews the code. I, informed: can watch it, or is named by a plan that would hurt. From `does` and the "
            "rights in `stacks/roles.yaml`, and from the contracts; `sixfold roles` prints it. "
            "[A page for each role](../roles/README.md) says what it means for a day.",
            ["", *responsibilities(read_roles(ROOT / "stacks" / "roles.yaml"), _products())],
        ),
        "stack-file.md": _page(
            "Fields of a stack file",
            "The value of `sixfold:platform` in `stacks/Pulumi.<stack>.yaml`. Unknown keys are refused.",
            models(Settings),
        ),
    }


def models(root: type[BaseModel]) -> Iterator[str]:
    """Return a section for a model and for each model that its fields mention, in the order of mention."""
    queue, seen = [root], {root}
    while queue:
        model = queue.pop(0)
        yield f"\n## {model.__name__}\n\n{inspect.cleandoc(model.__doc__ or '')}\n"
        yield "| key | type | default | meaning |\n|---|---|---|---|"
        texts = descriptions(model)
        for name, field in model.model_fields.items():
            yield f"| `{field.alias or name}` | {_type(field.annotation)} | {_default(field)} | {_cell(texts[name])} |"
            mentioned = [inner for inner in _models_in(field.annotation) if inner not in seen]
            queue += mentioned
            seen |= set(mentioned)


def descriptions(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the text under each field in the source of a model."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0].body  # type: ignore[attr-defined] # a class
    return {
        field.target.id: text.value.value
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _products() -> list[Product]:
    """Return the contracts of this repository: a page must not differ where `products/elsewhere.yaml` names others."""
    folder = ROOT / "products"
    return [product for product in load_products(folder).values() if (folder / product.package).is_dir()]


def _page(title: str, lead: str, lines: Iterator[str] | list[str]) -> str:
    return _HEAD.format(title=title, lead=lead) + "\n".join(lines) + "\n"


def _commands() -> Iterator[str]:
    from delivery.commands import app  # noqa: PLC0415 - loads the command line

    group = typer.main.get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError(f"the command line is a {type(group).__name__} and has no commands")
    for path, command in sorted(_leaves("sixfold", group)):
        yield f"\n## `{path}`\n\n{_cell(command.help or '')}\n"
        parameters = [parameter for parameter in command.params if parameter.name != "stack"]
        if parameters:
            yield "| argument or option | default | meaning |\n|---|---|---|"
        for parameter in parameters:
            label = parameter.name.upper() if isinstance(parameter, TyperArgument) else ", ".join(parameter.opts)
            default = "required" if parameter.required else f"`{parameter.default}`"
            yield f"| `{label}` | {default} | {_cell(getattr(parameter, 'help', None) or '')} |"


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own command classes
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from _leaves(f"{path} {name}", inner)


def _targets(makefile: str) -> Iterator[str]:
    yield "\n## `make`\n\n| target | effect |\n|---|---|"
    for name, text in _TARGET.findall(makefile):
        yield f"| `make {name}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "see there" if isinstance(value, BaseModel) else f"`{_plain(value)}`"


def _plain(value: Any) -> Any:  # noqa: ANN401 - a default of any type
    return list(value) if isinstance(value, tuple) else value


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - a type annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _type(annotation: Any) -> str:  # noqa: ANN401 - a type annotation
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is None:
        return _name(annotation)
    words = {
        Annotated: lambda: _type(inner[0]),
        Literal: lambda: " or ".join(f"`{value}`" for value in inner),
        Union: lambda: " or ".join(_type(part) for part in inner if part is not NoneType),
        tuple: lambda: f"list of {_type(inner[0])}",
        dict: lambda: f"map of {_type(inner[0])} to {_type(inner[1])}",
    }
    return words[Union if origin is UnionType else origin]()


def _name(annotation: Any) -> str:  # noqa: ANN401 - a type annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return _WORDS.get(annotation, "any value")


if __name__ == "__main__":
    for name, content in pages().items():
        (PAGES / name).write_text(content)
