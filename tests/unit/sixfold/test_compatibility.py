"""Which change of rows and predictions breaks whom, by the schemas that pydantic writes."""

from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from sixfold.compatibility import Schema, breaks

ROW: dict[str, Any] = {
    "origin": (Literal["EWR", "JFK"], ...),
    "flight": (Annotated[int, Field(ge=1, le=9999)], ...),
    "tail": (Annotated[str, Field(pattern="^[A-Z]+$")] | None, None),
}
BELOW = ("row", "flight", "does not take more than 999 (maximum) now")
ABOVE = ("prediction", "chance", "may be more than 1 (maximum) now")
PREDICTION: dict[str, Any] = {"late": (bool, ...), "chance": (Annotated[float, Field(ge=0, le=1)], ...)}


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


def schema_of(fields: dict[str, Any]) -> Schema:
    present = {name: field for name, field in fields.items() if field is not None}
    return TypeAdapter(create_model("Model", __base__=Closed, **present)).json_schema()


def broken(row: dict[str, Any] | None = None, prediction: dict[str, Any] | None = None) -> list[tuple[str, str, str]]:
    """Return what breaks when some fields change; None takes one away."""
    before = {"row": schema_of(ROW), "prediction": schema_of(PREDICTION)}
    after = {"row": schema_of(ROW | (row or {})), "prediction": schema_of(PREDICTION | (prediction or {}))}
    return [tuple(each) for each in breaks(before, after)]  # type: ignore[arg-type] # the keys are the sides


@pytest.mark.parametrize(
    ("row", "prediction"),
    [
        ({}, {}),
        ({"origin": (Literal["EWR", "JFK", "LGA"], ...)}, {}),
        ({"flight": (int, ...)}, {}),
        ({"flight": (int | str, ...), "tail": (str | None, None)}, {}),
        ({"gate": (str | None, None)}, {}),
        ({"origin": (str, "JFK")}, {}),
        ({}, {"minutes": (float, ...)}),
        ({}, {"chance": (Annotated[float, Field(ge=0.1, le=0.9)], ...)}),
    ],
)
def test_what_takes_more_and_answers_no_less_breaks_nobody(row: dict[str, Any], prediction: dict[str, Any]) -> None:
    assert broken(row, prediction) == []


@pytest.mark.parametrize(
    ("row", "prediction", "what"),
    [
        ({"gate": (str, ...)}, {}, ("row", "gate", "is required now")),
        ({"tail": (Annotated[str, Field(pattern="^[A-Z]+$")] | None, ...)}, {}, ("row", "tail", "is required now")),
        ({"tail": None}, {}, ("row", "tail", "is refused now")),
        ({"origin": (Literal["JFK"], ...)}, {}, ("row", "origin", "does not take 'EWR' now")),
        ({"flight": (Annotated[int, Field(ge=1, le=999)], ...)}, {}, BELOW),
        ({"flight": (str, ...)}, {}, ("row", "flight", "does not take integer now")),
        ({"tail": (Annotated[str, Field(pattern="^[A-Z]+$")], None)}, {}, ("row", "tail", "does not take null now")),
        ({}, {"late": None}, ("prediction", "late", "is gone")),
        ({}, {"late": (bool, True)}, ("prediction", "late", "may be left out now")),
        ({}, {"late": (bool | None, ...)}, ("prediction", "late", "may be null now")),
        ({}, {"late": (str, ...)}, ("prediction", "late", "may be string now")),
        ({}, {"chance": (Annotated[float, Field(ge=0, le=100)], ...)}, ABOVE),
    ],
)  # fmt: skip
def test_each_break_names_its_field(row: dict[str, Any], prediction: dict[str, Any], what: object) -> None:
    assert broken(row, prediction) == [what]


KINDS: list[Any] = [
    int, float, str, bool, int | None, str | int, list[int], list[float],
    Literal["a", "b"], Literal["a"], Literal["a", 3],
    Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0, le=5)], Annotated[float, Field(gt=0)],
    Annotated[str, Field(max_length=1)], Annotated[str, Field(pattern="b")] | None,
]  # fmt: skip
VALUES: list[Any] = [
    None, True, -1, 0, 0.5, 1, 3, 9, -0.5, 7.5, "", "a", "b", "abc", [], [1], [0.5], ["a"]
]  # fmt: skip


@pytest.mark.parametrize("before", range(len(KINDS)))
def test_a_change_breaks_just_where_a_value_that_was_taken_is_refused(before: int) -> None:
    """Each kind against each, judged by a validator of JSON Schema over values of every kind."""
    old, same = schema_of({"x": (KINDS[before], ...)}), schema_of({})
    taken = [value for value in VALUES if jsonschema.Draft202012Validator(old).is_valid({"x": value})]
    for kind in KINDS:
        new = schema_of({"x": (kind, ...)})
        refused = [value for value in taken if not jsonschema.Draft202012Validator(new).is_valid({"x": value})]
        found = breaks({"row": old, "prediction": same}, {"row": new, "prediction": same})
        assert bool(found) == bool(refused), (kind, refused, found)
