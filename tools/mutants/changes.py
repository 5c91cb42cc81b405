"""The mutants of a source text: each is one small change of its syntax tree, in an order that is always the same.

Prose is left alone: docstrings, annotations, messages of exceptions and logs, format specifications, sentences.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
}
for _one, _other in (
    *((ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot), (ast.And, ast.Or)),
    *((ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.BitAnd, ast.BitOr)),
):
    _OPERATORS |= {_one: (_other,), _other: (_one,)}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "startswith": "endswith", "endswith": "startswith"}
_IN_TEXT = {">": ">=", ">=": ">", "<": "<=", "<=": "<", "==": "!="}
_SILENT = ("TypeVar", "getLogger", "cast", "debug", "info", "warning", "exception")
_PROSE = ("annotation", "returns", "decorator_list", "format_spec")


class Change(NamedTuple):
    """A change of `before` to `after` in a function (empty: outside of any); `first` to `last` are its lines."""

    function: str
    first: int
    last: int
    line: int
    before: str
    after: str

    @property
    def text(self) -> str:
        """The change as the list of accepted ones names it."""
        return f"{self.before} -> {self.after}"


def changes(source: str) -> list[Change]:
    """Return every change of a source text."""
    return [change for change, _ in _all(ast.parse(source))]


def changed(source: str, number: int) -> ast.Module:
    """Return the tree with the change of that place in `changes`; the tree as it is for -1."""
    tree = ast.parse(source)
    for at, (_, apply) in enumerate(_all(tree)):
        if at == number:
            apply()
            break
    return ast.fix_missing_locations(tree)


def _all(tree: ast.Module) -> Iterator[tuple[Change, Callable[[], None]]]:
    yield from _below(tree, "", 1)


def _below(parent: ast.AST, function: str, first: int) -> Iterator[tuple[Change, Callable[[], None]]]:
    for field, value in ast.iter_fields(parent):
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or field in _PROSE or _is_prose(node):
                continue
            inside = (
                f"{function}.{node.name}".strip(".") if isinstance(node, ast.FunctionDef | ast.ClassDef) else function
            )
            start = node.lineno if isinstance(node, ast.stmt | ast.match_case) and hasattr(node, "lineno") else first
            for new in _replacements(node, parent, field):
                line = getattr(node, "lineno", getattr(parent, "lineno", start))
                shown = [ast.unparse(each) for each in _shown(node, new, parent)]
                last = getattr(node, "end_lineno", line) if isinstance(node, ast.expr) else line
                yield Change(function, min(start, line), last, line, *shown), _setter(parent, field, at, new)
            if not isinstance(node, ast.Raise):
                yield from _below(node, inside, start)


def _setter(parent: ast.AST, field: str, at: int | None, new: ast.AST) -> Callable[[], None]:
    def put() -> None:
        if at is None:
            setattr(parent, field, new)
        else:
            getattr(parent, field)[at] = new

    return put


def _shown(node: ast.AST, new: ast.AST, parent: ast.AST) -> tuple[ast.AST, ast.AST]:
    """Return the parts to print before and after: an operator with its operands."""
    if not isinstance(node, ast.operator | ast.cmpop | ast.boolop):
        return node, new
    after = copy.copy(parent)
    if isinstance(after, ast.Compare):
        after.ops = [new if each is node else each for each in after.ops]  # type: ignore[misc] # an operator
    else:
        after.op = new  # type: ignore[attr-defined] # what has an operator
    return parent, after


def _is_prose(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _SILENT
        case ast.Expr(value=call):
            return _is_prose(call)
    return False


def _replacements(node: ast.AST, parent: ast.AST, field: str) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=value):
            whole = parent.values if isinstance(parent, ast.JoinedStr) else [node]
            prose = any(isinstance(part, ast.Constant) and " " in str(part.value) for part in whole)
            yield from (ast.Constant(new) for new in _constants(value, prose=prose))
        case ast.Name(id=name) if name in _NAMES and isinstance(parent, ast.Call):
            yield ast.Name(_NAMES[name], ast.Load())
        case ast.Attribute(attr=name) if name in _NAMES and isinstance(parent, ast.Call):
            yield ast.Attribute(node.value, _NAMES[name], ast.Load())
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.operator() | ast.cmpop() | ast.boolop() if not _is_formatting(parent):
            yield from (new() for new in _OPERATORS.get(type(node), ()))
    yield from _conditions(node, parent, field)


def _conditions(node: ast.AST, parent: ast.AST, field: str) -> Iterator[ast.AST]:
    """Yield a filter that keeps all, a condition turned round, and an early return that never comes."""
    if field == "ifs":
        yield ast.Constant(value=True)
    elif field in ("test", "guard"):
        if not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp):
            yield ast.UnaryOp(ast.Not(), node)  # type: ignore[arg-type] # a test is an expression
        if isinstance(parent, ast.If) and not parent.orelse and isinstance(parent.body[-1], ast.Return | ast.Continue):
            yield ast.Constant(value=False)


def _is_formatting(parent: ast.AST) -> bool:
    return isinstance(parent, ast.BinOp) and isinstance(parent.left, ast.Constant) and isinstance(parent.op, ast.Mod)


def _constants(value: object, *, prose: bool) -> Iterator[str | bool | float]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case float():
            yield value + 1 if value == 0 or 1 <= value < value + 1 else value * 2
        case str() if not prose or re.search(r"[=<>\[\]]", value):
            numbered = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), value, count=1)
            if numbered != value:
                yield numbered
            elif not prose:
                yield f"{value}X"
            if comparison := re.search(r" (>=|<=|==|>|<) ", value):
                yield value[: comparison.start(1)] + _IN_TEXT[comparison[1]] + value[comparison.end(1) :]
