"""The program's classes, derived from the handlers: `python -m pulumi_sixfold.reference` writes `resources/*.py`.

The classes are written out instead of made at run time, so that editors and mypy know every property.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from inspect import getdoc
from typing import Any

from pulumi_sixfold.engine.schema import package_schema
from pulumi_sixfold.kit.args import Block
from pulumi_sixfold.kit.handler import Handler

AnyHandler = type[Handler[Any]]

_SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_LONGEST = 120


def modules(handlers: Iterable[AnyHandler]) -> Mapping[str, str]:
    """Return file name → text of each module; a module of handlers gives one of the same name."""
    together: dict[str, list[AnyHandler]] = defaultdict(list)
    for handler in handlers:
        together[handler.__module__].append(handler)
    return {
        f"{program_module(found[0]).rpartition('.')[2]}.py": _module(name, found) for name, found in together.items()
    }


def program_module(handler: AnyHandler) -> str:
    """Return the name of the module that has the program's class of a handler."""
    return f"pulumi_sixfold.resources.{handler.__module__.rpartition('.')[2]}"


def _module(name: str, handlers: list[AnyHandler]) -> str:
    blocks = [
        found.__name__
        for found in vars(sys.modules[name]).values()
        if isinstance(found, type) and issubclass(found, Block) and found.__module__ == name
    ]
    imported = sorted({*blocks, *(handler.__name__ for handler in handlers)})
    public = sorted({*blocks, *map(_name, handlers)})
    quoted = [f'"{each}"' for each in public]
    classes = [_class(handler) for handler in sorted(handlers, key=_name)]
    return "\n".join(
        [
            f'"""The program\'s side of `{name}`; written by `python -m pulumi_sixfold.reference`."""\n',
            f"from typing import TYPE_CHECKING{', Any' if any('[Any]' in text for text in classes) else ''}\n",
            "import pulumi\n",
            _line(f"from {name} import ", imported, "()"),
            "from pulumi_sixfold.resources.resource import Resource\n",
            _line("__all__ = ", quoted, "[]", always=True),
            *classes,
            "",
        ]
    )


def _class(handler: AnyHandler) -> str:
    name, args = _name(handler), handler.facts.args.__name__
    doc = getdoc(handler) or ""
    lines = [f"\n\nclass {name}(Resource):", *_docstring(doc), "", f"    handler = {handler.__name__}"]
    lines += ["", "    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that"]
    lines += [f"        {each}: pulumi.Output[{kind}]" for each, kind in _properties(handler).items()]
    required = any(field.is_required() for field in handler.facts.args.model_fields.values())
    given, passed = (args, "args") if required else (f"{args} | None = None", f"args or {args}()")
    signature = f"self, name: str, args: {given}, opts: pulumi.ResourceOptions | None = None"
    one_line = f"    def __init__({signature}) -> None:"
    wrapped = ["    def __init__(", f"        {signature}", "    ) -> None:"]
    lines += ["", *([one_line] if len(one_line) <= _LONGEST else wrapped)]
    return "\n".join([*lines, f"        super().__init__(name, {passed}, opts)"])


def _docstring(doc: str) -> list[str]:
    first, *rest = doc.splitlines()
    if not rest:
        return [f'    """{first}"""']
    return [f'    """{first}', *(f"    {line}".rstrip() for line in rest), '    """']


def _properties(handler: AnyHandler) -> dict[str, str]:
    """Return property → type, as mypy reads it: inputs first, then what only the resource can tell."""
    schema = package_schema([handler])["resources"][handler.facts.token]["inputProperties"]
    found = {name: _type(handler, name, schema[name]["type"]) for name in handler.facts.args.model_fields}
    return {**found, **dict.fromkeys(handler.facts.outputs, "str")}


def _type(handler: AnyHandler, name: str, kind: str) -> str:
    simple = _SIMPLE.get(kind)
    if simple is None:
        return "Any"
    field = handler.facts.args.model_fields[name]
    is_optional = not field.is_required() and field.default is None and name != handler.facts.name_property
    return f"{simple} | None" if is_optional else simple


def _line(start: str, names: list[str], brackets: str, *, always: bool = False) -> str:
    """Return a statement on one line, or on a line for each name, as ruff formats it."""
    bare = start + ", ".join(names)
    one_line = f"{start}{brackets[0]}{', '.join(names)}{brackets[1]}" if always else bare
    if len(one_line) <= _LONGEST:
        return one_line
    return "\n".join([start + brackets[0], *(f"    {name}," for name in names), brackets[1]])


def _name(handler: AnyHandler) -> str:
    return handler.__name__.removesuffix("Handler")
