"""Regression cases of a product: `products/<package>/cases/<name>.yaml`, one file a case.

`sixfold feedback triage --case` writes one from a consumer's report, people write others by hand, and the gate holds
every candidate to all of them. A case outlives the prediction log, so it has no comment of a person.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from sixfold.contract import Product
from sixfold.declared import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.moments import Day
from sixfold.validation import explain, read_yaml

FOLDER = "cases"
Finite = Annotated[float, Field(allow_inf_nan=False)]
_NAME = TypeAdapter(Slug)


class Expected(Strict):
    """The score that a case expects: bounds, or of several classes the most probable one."""

    model_config = ConfigDict(serialize_by_alias=True)

    at_least: Finite | None = None
    """The score must not be lower."""
    at_most: Finite | None = None
    """The score must not be higher."""
    of: str | None = Field(default=None, alias="class")
    """The class of a multiclass task whose probability is the score; without bounds it must be the most probable."""

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if (self.at_least, self.at_most, self.of) == (None, None, None):
            raise ValueError("write `at_least`, `at_most` or `class`")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"no score is at least {self.at_least:g} and at most {self.at_most:g}; swap them")
        return self

    def holds(self, score: float) -> bool:
        """Return whether a score is within the bounds."""
        low, high = self.at_least, self.at_most
        return (low is None or score >= low) and (high is None or score <= high)


class Case(Strict):
    """A row of features and the score that every candidate must give it."""

    features: dict[str, Finite | None] = Field(min_length=1)
    """As a release logged them; null: the model must do without."""
    expected: Expected
    entities: dict[str, str] = Field(default_factory=dict)
    """Keys of the row, for people."""
    score: Finite | list[Finite] | None = None
    """Score that the release gave, for people."""
    release: str | None = None
    """Short digest of that release."""
    report: str | None = None
    """Id of the report that became this case."""
    reporter: str | None = None
    """Consumer who reported it."""
    reported: Day | None = None
    """Day of the report."""

    @property
    def origin(self) -> str:
        """Report and reporter as a part of a sentence; empty for a case written by hand."""
        return f" (report {self.report[:8]} of {self.reporter})" if self.report else ""


def expected_of(at_least: float | None, at_most: float | None, of: str | None) -> Expected:
    """Return the expectation that the options of a command give.

    Raises:
        SixfoldError: they give none, or none that a score can meet.

    """
    try:
        return Expected.model_validate({"at_least": at_least, "at_most": at_most, "class": of})
    except ValidationError as error:
        said = "; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())
        raise SixfoldError(f"the case expects nothing that can be: {said}", remedy="see `--help`") from None


def case_files(folder: Path) -> list[Path]:
    """Return the files of the cases in a product's folder, by name."""
    return sorted((folder / FOLDER).glob("*.yaml"))


def read_case(path: Path, product: Product) -> Case:
    """Read one case.

    Raises:
        SixfoldError: it is not valid, or expects what the product's task has not; the message names the file.

    """
    remedy = f"correct {path}; sixfold/cases.py describes each key"
    try:
        _NAME.validate_python(path.stem)
    except ValidationError:
        raise SixfoldError(
            f"the case {path.name} has a name that is no slug", remedy="rename it, for example to `storm-at-noon.yaml`"
        ) from None
    try:
        case = Case.model_validate(read_yaml(path, remedy=remedy))
    except ValidationError as error:
        raise SixfoldError(f"the case {path.stem} is not valid: {explain(error, Case)}", remedy=remedy) from error
    wrong = misfit(case.expected, product)
    if wrong:
        raise SixfoldError(f"the case {path.stem}: {wrong}", remedy=remedy)
    return case


def read_cases(folder: Path, product: Product) -> dict[str, Case]:
    """Return the cases in a product's folder, by name.

    Raises:
        SixfoldError: one is not valid.

    """
    return {path.stem: read_case(path, product) for path in case_files(folder)}


def write_case(folder: Path, name: str, case: Case) -> Path:
    """Write a case into a product's folder, and return its file. The same again changes nothing.

    Raises:
        SixfoldError: the name is no slug, or another case has it.

    """
    path = folder / FOLDER / f"{name}.yaml"
    try:
        _NAME.validate_python(name)
    except ValidationError:
        raise SixfoldError(f"{name!r} is no name of a case", remedy="take small letters, digits and hyphens") from None
    text = yaml.safe_dump(case.model_dump(mode="json", exclude_none=False, exclude_defaults=True), sort_keys=False)
    if path.exists() and path.read_text() != text:
        raise SixfoldError(f"{path} is another case already", remedy="choose another name, or delete that file first")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def misfit(expected: Expected, product: Product) -> str | None:
    """Return the reason why a product's task has no such expectation, None where it has."""
    return next(_misfits(expected, product), None)


def _misfits(expected: Expected, product: Product) -> Iterator[str]:
    if product.task == "multiclass" and expected.of not in product.classes:
        yield f"`class` is {expected.of!r}; write one of {', '.join(product.classes)}"
    if product.task != "multiclass" and expected.of is not None:
        yield f"a {product.task} task has no classes; write `at_least` or `at_most`"
