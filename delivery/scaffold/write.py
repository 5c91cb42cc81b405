"""`sixfold new`: plans, renders and checks a product in a temporary folder, then moves it below products/.

The one part of the scaffold that reads and writes files. After an error nothing is left.
"""

import keyword
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl
from pydantic import TypeAdapter, ValidationError

import products
from delivery.check import check
from delivery.scaffold.example import ABOUT, ENTITY, LABELS, TIME, example
from delivery.scaffold.plan import Plan, Wish, plan
from delivery.scaffold.render import render
from models.sources import read
from sixfold.contract import load_product
from sixfold.declared import Slug
from sixfold.errors import SixfoldError
from sixfold.product import Source

DATA = "data.csv"


def require_name(wish: Wish, root: Path) -> None:
    """Do nothing where a product can have this name and this owner.

    Raises:
        SixfoldError: it cannot.

    """
    for what, value in (("the product", wish.name), ("--owner", wish.owner)):
        try:
            TypeAdapter(Slug).validate_python(value)
        except ValidationError as error:
            raise SixfoldError(
                f"{value!r} is no name for {what}",
                remedy="write at most 30 small letters, digits and single hyphens, such as parcel-delays",
            ) from error
    if wish.name.startswith("feedback-") or keyword.iskeyword(wish.package):
        raise SixfoldError(f"{wish.name!r} has a meaning of its own here", remedy="choose another name")
    if (root / wish.package).exists():
        raise SixfoldError(
            f"there is a folder products/{wish.package} already",
            remedy="choose another name, or delete the folder first",
        )


class Data(NamedTuple):
    """The rows that a product begins with, and their columns."""

    rows: pl.DataFrame
    time: str
    label: str
    entity: str | None
    description: str


def source_of(task: str, csv: Path | None, time: str | None, label: str | None, entity: str | None) -> Data:
    """Return the rows of a file, or made-up ones where there is none.

    Raises:
        SixfoldError: the file cannot be read, or an option is missing or too many.

    """
    given = {"--time": time, "--label": label, "--entity": entity}
    if csv is None:
        surplus = [option for option, value in given.items() if value is not None]
        if surplus:
            raise SixfoldError(
                f"{', '.join(surplus)} without a file", remedy="add --csv FILE, or leave these out for made-up data"
            )
        return Data(example(task), TIME, LABELS[task], ENTITY, ABOUT)
    rows = rows_of(csv)
    if time is None or label is None:
        missing = " and ".join(option for option in ("--time", "--label") if given[option] is None)
        raise SixfoldError(f"{missing} is missing", remedy=f"name a column of {csv.name}: {', '.join(rows.columns)}")
    return Data(rows, time, label, entity, f"Which {label} comes next? Write the question that this service answers.")


def rows_of(csv: Path) -> pl.DataFrame:
    """Return the rows of a CSV file, as the platform will read them.

    Raises:
        SixfoldError: it cannot be read.

    """
    try:
        if b"\0" in csv.read_bytes()[:8192]:
            raise SixfoldError(f"{csv} is no text", remedy="unpack it, or save it as CSV")
        rows = read(Source("observations", csv, "", ""))
    except (OSError, pl.exceptions.PolarsError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise SixfoldError(
            f"{csv} cannot be read: {why}",
            remedy="give a CSV file with commas between the columns, and their names in the first line",
        ) from error
    return rows


def write(rows: pl.DataFrame, wish: Wish, csv: Path | None, root: Path, today: date) -> Plan:
    """Write the folder of a product below `root`, once `sixfold check` has nothing to say about it.

    Args:
        rows: of the file, as published.
        wish: the product.
        csv: the file, which is copied as it is; None writes the rows.
        root: the folder of all products.
        today: since when there is API version v1.

    Raises:
        SixfoldError: the rows do not fit the wish; nothing is written.

    """
    decided = plan(rows, wish)
    with tempfile.TemporaryDirectory(prefix="sixfold-new-") as temporary:
        folder = Path(temporary) / wish.package
        folder.mkdir()
        for name, text in render(decided, today).items():
            (folder / name).write_text(text)
        shutil.copyfile(csv, folder / DATA) if csv else rows.write_csv(folder / DATA)
        with _importable(folder):
            faults = check(load_product(folder / "product.yaml"), folder.parent)
        if faults:
            said = "; ".join(f"{fault.where}: {fault.what} ({fault.remedy})" for fault in faults)
            raise SixfoldError(
                f"the files for {wish.name} would not pass `sixfold check`: {said}",
                remedy="give the columns of the file plainer names",
            )
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        shutil.move(folder, root / wish.package)
    return decided


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the package in a folder be imported as a product, and forget it afterwards."""
    place, name = str(folder.parent), f"{products.__name__}.{folder.name}"
    products.__path__.append(place)
    try:
        yield
    finally:
        products.__path__.remove(place)
        for module in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[module]
        vars(products).pop(folder.name, None)
