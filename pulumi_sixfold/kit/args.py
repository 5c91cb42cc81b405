"""Inputs: one pydantic model for a resource, used by the program, by the plugin, by the schema and by the docs.

In a program a plain value is validated at once and a `pulumi.Output` passes through; in the plugin a value that a
preview does not know yet passes through. The SDK is not imported here, because the plugin
must start without it: `pulumi_sixfold.resources` tells of its type.
"""

import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    WrapValidator,
    model_validator,
)

from pulumi_sixfold.kit.errors import ProviderError

T = TypeVar("T")


class Unknown:
    """The value of an output that a preview does not know yet; `UNKNOWN` is the only one."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()

_LATER: set[type] = {Unknown}


def is_later(value: object) -> bool:
    """Return whether a value, or a part of it, is known only later: an Output in a program, UNKNOWN in the plugin."""
    if isinstance(value, dict):
        return any(is_later(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(is_later(part) for part in value)
    return isinstance(value, tuple(_LATER))


def counts_as_later(kind: type) -> None:
    """Let values of a type pass through every input: the program's side calls this for `pulumi.Output`."""
    _LATER.add(kind)


def _or_later(value: object, validate: Callable[[object], Any]) -> Any:  # noqa: ANN401 - whatever T is
    is_leaf = not isinstance(value, dict | list | tuple)
    return value if is_leaf and is_later(value) else validate(value)


def _document(value: object, _: object) -> Any:  # noqa: ANN401 - a str, or a dict with Outputs
    if is_later(value):
        return value
    try:
        return canonical(json.loads(value) if isinstance(value, str) else value)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error


def canonical(document: object) -> str:
    """Return JSON in one spelling, so that two documents that mean the same compare equal."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


Input = Annotated[T, WrapValidator(_or_later)]
"""A T, or an Output that becomes one. Constraints go inside: `Input[Annotated[int, Field(ge=7)]]`."""

Document = Annotated[str, WrapValidator(_document)]
"""An IAM-style document: a dict (Outputs allowed inside) or JSON text; kept as canonical JSON text."""


def in_order(items: list[Any]) -> list[Any]:
    """Return texts sorted, unless one of them is known only later."""
    return items if is_later(items) else sorted(items)


Unordered = Annotated[list[Input[str]], AfterValidator(in_order)]
"""Texts whose order means nothing; kept sorted."""

Tags = Input[dict[str, Input[str]]]


class InvalidArgs(ProviderError):  # noqa: N818 - reads as a sentence where it is caught
    """Inputs that the model refuses; `failures` are (property path, reason) pairs and never show a value."""

    def __init__(self, model: str, failures: list[tuple[str, str]]) -> None:
        super().__init__(
            f"{model}: " + "; ".join(f"{path}: {reason}" for path, reason in failures),
            remedy="correct these properties; docs/reference/provider-types.md describes each",
        )
        self.failures = failures


class Block(BaseModel):
    """A group of properties inside an input."""

    # Values may be secret, so that pydantic must not print them.
    # Their validators are built on first use: a plugin needs few of them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class Args(Block):
    """The inputs of a resource. Each field's description says its unit, and what None means.

    Raises:
        InvalidArgs: a plain value does not fit; in a program at once, in the plugin as check failures.

    """

    @model_validator(mode="wrap")
    @classmethod
    def _in_sentences(cls, data: object, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validate(data)
        except ValidationError as error:
            raise InvalidArgs(cls.__name__, [_failure(cls, fault) for fault in error.errors()]) from None

    @classmethod
    def recalled(cls, given: Mapping[str, Any]) -> Self:
        """Return inputs that were accepted once, by an older version, or that a refresh has seen.

        What is missing has its default, or is None; what does not fit any more stays as it was.
        """
        known = {name: value for name, value in given.items() if name in cls.model_fields}
        try:
            return cls.model_validate(known)
        except InvalidArgs:
            values = {name: _recalled(cls, name, known) for name in cls.model_fields}
            return cast("Self", cls.model_construct(**values))

    def properties(self) -> dict[str, Any]:
        """Return the inputs as they go over the wire: plain containers, None left out, Outputs as they are."""
        return dict(plain(self))


def _recalled(model: type[Args], name: str, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the field is
    field = model.model_fields[name]
    if name not in known:
        return None if field.is_required() else field.get_default(call_default_factory=True)
    try:
        return TypeAdapter(field.rebuild_annotation()).validate_python(known[name])
    except ValidationError:
        return known[name]


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value, or an Output
    """Return a value with its models turned into dicts, without what is None in them."""
    if isinstance(value, BaseModel):
        fields = {name: plain(getattr(value, name)) for name in type(value).model_fields}
        return {name: part for name, part in fields.items() if part is not None}
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def _failure(model: type[Args], fault: Any) -> tuple[str, str]:  # noqa: ANN401 - pydantic's ErrorDetails
    """Return the path of the property at fault, and what is wrong and what to write instead."""
    path = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
        near = get_close_matches(path, model.model_fields, n=1)
        valid = ", ".join(model.model_fields)
        return path, f"there is no such property; did you mean {near[0]!r}?" if near else f"valid properties: {valid}"
    field = model.model_fields.get(str(fault["loc"][0])) if fault["loc"] else None
    return path, f"{fault['msg']}. What to write: {field.description}" if field else fault["msg"]
