"""`sixfold new` refuses what would fail later: each error names the thing, the cause and the remedy."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from delivery.scaffold.columns import entity, label, names, numbers, times
from delivery.scaffold.plan import Wish, plan
from delivery.scaffold.write import require_name, rows_of, source_of, write
from sixfold.errors import SixfoldError

DAYS = [f"2024-{month:02}-{day:02}" for month in range(1, 6) for day in range(1, 21)]
ROWS = pl.DataFrame(
    {
        "day": DAYS,
        "twice": DAYS[:50] * 2,
        "shop": ["a", "b"] * 50,
        "sold": [str(day % 7) for day in range(100)],
        "rain": ["0", "1"] * 50,
        "late": ["no"] * 90 + ["yes", "no"] * 5,
        "kind": ["x", "y"] * 45 + ["z"] * 10,
        "words": [f"w{number}" for number in range(100)],
        "gaps": ["", *["1"] * 99],
    }
)
CASES = {
    "no such time": ({"time": "date"}, "--time: the file has no column 'date'", "day, twice"),
    "no such label": ({"label": "x"}, "--label: the file has no column 'x'", "name one of these"),
    "no such entity": ({"entity": "x"}, "--entity: the file has no column 'x'", "name one of these"),
    "the same column twice": ({"label": "day"}, "name the same column twice", "another column"),
    "no times": ({"time": "words"}, "'words' has no time in 100 rows, such as 'w0'", "2026-01-31"),
    "three values for yes or no": ({"task": "binary", "label": "kind"}, "3 values instead of two", "two values"),
    "text for a number": ({"label": "shop"}, "100 values are not numbers, such as 'a', 'b'", "another --task"),
    "two classes": ({"task": "multiclass", "label": "shop"}, "2 values instead of 3 to 50", "another --task"),
    "too many classes": ({"task": "multiclass", "label": "words"}, "100 values instead of", "another --task"),
    "rows of one time": ({"time": "twice"}, "several rows have the same time", "says which series"),
    "rows of one time and entity": (
        {"time": "twice", "entity": "shop"},
        "100 rows share 'twice' and 'shop'",
        "tells them",
    ),
    "entities without a next row": (
        {"entity": "words"},
        "0 rows have a next row of the same words",
        "another --entity",
    ),
    "one outcome only": (
        {"task": "binary", "label": "late"},
        "the oldest 60% of the rows have one outcome",
        "longer time",
    ),
    "a class that comes late": (
        {"task": "multiclass", "label": "kind"},
        "does not occur in the oldest 60%",
        "that class",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_does_not_fit_is_refused_with_a_remedy_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    change, what, remedy = CASES[case]
    given = {"task": "regression", "time": "day", "label": "sold", "entity": None, **change}
    with pytest.raises(SixfoldError) as raised:
        write(ROWS, Wish("shop-sales", framework="lightgbm", **given), None, tmp_path, date(2026, 1, 1))
    assert what in raised.value.what
    assert remedy in raised.value.remedy
    assert not list(tmp_path.iterdir())


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(SixfoldError, match="49 rows have a next row, which makes their label known; 60 are needed"):
        plan(ROWS.head(50), Wish("shop-sales", "regression", "lightgbm", "day", "sold"))


@pytest.mark.parametrize(
    ("name", "owner", "what"),
    [
        ("Shop Sales", "team", "'Shop Sales' is no name for the product"),
        ("shop", "My Team", "'My Team' is no name for --owner"),
        ("feedback-shop", "team", "has a meaning of its own"),
        ("class", "team", "has a meaning of its own"),
        ("taken", "team", "there is a folder products/taken already"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(name: str, owner: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(SixfoldError, match=what):
        require_name(Wish(name, "binary", "lightgbm", "day", "sold", None, owner), tmp_path)


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), (b"", "empty"), (b"PK\0\0", "is no text")])
def test_a_file_that_cannot_be_read_is_refused(content: bytes | None, why: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "rows.csv").write_bytes(content)
    with pytest.raises(SixfoldError, match=why):
        rows_of(tmp_path / "rows.csv")


def test_options_that_belong_to_a_file_need_one(tmp_path: Path) -> None:
    with pytest.raises(SixfoldError, match="--time without a file"):
        source_of("binary", None, "day", None, None)
    ROWS.write_csv(path := tmp_path / "rows.csv")
    with pytest.raises(SixfoldError, match="--time and --label is missing"):
        source_of("binary", path, None, None, None)


def test_text_and_constants_are_left_out_with_a_word() -> None:
    assert numbers(ROWS.select("shop", "rain", "gaps")) == (
        ["rain"],
        ["shop (text, 2 values)", "gaps (text, 2 values)"],
    )


def test_names_are_plain_and_unlike_each_other() -> None:
    assert list(names(["Sold (EUR)", "sold eur", "at", "2nd", "class", "ä"]).values()) == [
        *("sold_eur", "sold_eur_2", "at_2", "n2nd", "class_2", "column"),
    ]


def test_of_two_values_the_one_that_says_yes_is_predicted() -> None:
    assert label(ROWS["late"], "binary").numbers == (("no", 0.0), ("yes", 1.0))
    assert label(pl.Series("l", ["True", "False"]), "binary").numbers == (("False", 0.0), ("True", 1.0))


def test_classes_that_are_numbers_are_in_the_order_of_numbers() -> None:
    assert label(pl.Series("l", ["10", "9", "1"]), "multiclass").classes == ("1", "9", "10")


def test_the_only_column_that_tells_rows_apart_is_the_entity() -> None:
    rows = ROWS.select("twice", "gaps", kind=pl.Series(["n"] * 50 + ["m"] * 50)).with_columns(times(ROWS["twice"]))
    assert entity(rows, "twice", None, ["gaps", "kind"]) == "kind"
