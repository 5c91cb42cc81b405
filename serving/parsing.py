"""From the bytes of a request to validated rows, or to a problem that says what to send instead."""

import json
from http import HTTPStatus
from typing import Any, Generic, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from serving.problems import Fault, Problem

MAX_ROWS = 1_000
MAX_FAULTS = 20  # a batch can have thousands; the first ones are enough to see what is wrong
FLOAT32_MAX = 3.4028234663852886e38

RowT = TypeVar("RowT", bound=BaseModel)
BodyT = TypeVar("BodyT")


class Batch(BaseModel, Generic[RowT]):
    """Many rows in one request."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rows: list[RowT] = Field(min_length=1, max_length=MAX_ROWS)


def parse_rows(body: bytes, row: TypeAdapter[RowT], batch: TypeAdapter[Batch[RowT]]) -> tuple[list[RowT], bool]:
    """Return the rows of one row object or of `{"rows": [...]}`, and whether it was a batch.

    Raises:
        Problem: 400 where it is not JSON, 422 where the rows are not what the product asks for.

    """
    if "rows" in _object(body):
        return _validated(body, batch).rows, True
    return [_validated(body, row)], False


def parse(body: bytes, model: TypeAdapter[BodyT]) -> BodyT:
    """Return the body as the model's type.

    Raises:
        Problem: 400 where it is not JSON, 422 where it does not fit the model.

    """
    _object(body)
    return _validated(body, model)


def _object(body: bytes) -> dict[str, Any]:
    """Refuse what JSON forbids but parsers let through: NaN, duplicate keys, numbers that become infinite."""
    try:
        document = json.loads(
            body.decode(),
            parse_constant=_no_json,
            parse_float=_number,
            parse_int=_number,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"the body is not acceptable JSON: {error}") from None
    if not isinstance(document, dict):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, 'send one row as an object, or {"rows": [...]} for many')
    return document


def _validated(body: bytes, model: TypeAdapter[BodyT]) -> BodyT:
    try:
        return model.validate_json(body)
    except ValidationError as error:
        found = [_fault(each["loc"], each["msg"]) for each in error.errors(include_url=False, include_input=False)]
        detail = f"{len(found)} value(s) cannot be accepted; see errors"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=found[:MAX_FAULTS]) from None


def _fault(location: tuple[int | str, ...], message: str) -> Fault:
    return {"pointer": "#" + "".join(f"/{part}" for part in location), "detail": message}


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _number(text: str) -> float:
    number = float(text)
    if abs(number) > FLOAT32_MAX:
        raise ValueError(f"the number {text[:20]} is too large for the model's 32 bits")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"the key {twice[:40]!r} comes twice")
    return document
