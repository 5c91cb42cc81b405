"""A source that grows: real flights arrive day by day."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandera.polars as pa
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from models import batches, loading
from models.lake import Change, Lake
from models.quality import check
from models.sources import read
from products.flight_delays import data
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import Source

Arrive = Callable[..., None]
Load = Callable[[], list[str]]
LEFT_OUT = ("curated.weather", "curated.planes", "curated.airlines")


@pytest.fixture(scope="session")
def published() -> pl.DataFrame:
    """The flights of March 2013 as published."""
    source = next(source for source in data.sources() if source.name == "flights")
    return read(source).filter(pl.col("month") == "3")


@pytest.fixture
def sources(published: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Source, ...]:
    """Flights and airports alone, with the flights of the first of March; more can arrive in the same folder."""
    monkeypatch.setattr(data, "TABLES", [spec for spec in data.TABLES if spec.name not in LEFT_OUT])
    first = tmp_path / "first.csv"
    published.filter(pl.col("day") == "1").write_csv(first, null_value="NA")
    by_name = {source.name: source for source in data.sources()}
    flights = replace(by_name["flights"], path=first, arrivals=tmp_path / "flights-*.csv")
    return flights, by_name["airports"]


@pytest.fixture
def arrive(published: pl.DataFrame, tmp_path: Path) -> Arrive:
    """A function that lets the flights of a day arrive, changed by expressions."""

    def write(day: int, name: str = "", **changed: pl.Expr) -> None:
        rows = published.filter(pl.col("day") == str(day)).with_columns(**changed)
        rows.write_csv(tmp_path / f"flights-{name or f'{day:02}'}.csv", null_value="NA")

    return write


@pytest.fixture
def load(platform: PlatformRefs, product: Product, sources: tuple[Source, ...]) -> Load:
    """A function that loads, and gives what it said of flights."""

    def run() -> list[str]:
        said: list[str] = []
        loading.load(platform, product, sources, said.append)
        return [line for line in said if line.startswith("flights: ")]

    return run


def files(platform: PlatformRefs) -> set[str]:
    return set(Lake(platform, "flight_delays")._table("curated.flights").inspect.files()["file_path"].to_pylist())


def table(platform: PlatformRefs, name: str) -> pl.DataFrame:
    return Lake(platform, "flight_delays").read(name)


def taken(platform: PlatformRefs) -> dict[str, tuple[int, int, int]]:
    """By file: rows, quarantined, superseded."""
    found = batches.recorded(platform, "flight_delays", "flights").good
    return {batch.file: (batch.rows, batch.quarantined, batch.superseded) for batch in found}


def test_a_new_day_is_added_and_what_was_there_is_not_written_again(
    platform: PlatformRefs, load: Load, arrive: Arrive
) -> None:
    load()
    before = files(platform)
    arrive(2)
    assert load() == ["flights: flights-02.csv, 765 rows, 0 quarantined, 0 superseded"]
    assert before < files(platform)
    assert not load()
    assert table(platform, "curated.flights").height == 958 + 765


def test_the_same_content_under_another_name_is_taken_once(platform: PlatformRefs, load: Load, arrive: Arrive) -> None:
    arrive(2)
    arrive(2, "02-again")
    assert len(load()) == 2
    assert table(platform, "raw.flights").height == 958 + 765


def test_a_late_correction_takes_the_place_of_the_rows_that_it_corrects(
    platform: PlatformRefs, load: Load, arrive: Arrive
) -> None:
    load()
    arrive(1, "01-corrected", arr_delay=pl.lit("77"))
    load()
    assert taken(platform)["flights-01-corrected.csv"] == (958, 0, 958)
    labels = table(platform, "labels.flight_delays")
    assert labels["flight_id"].is_unique().all()
    assert set(labels["arr_delay"]) == {77}
    assert table(platform, "raw.flights").height == 2 * 958


def test_of_two_rows_with_one_key_in_a_file_the_last_counts(
    platform: PlatformRefs, load: Load, published: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lax = pa.DataFrameSchema(data.CONTRACTS["flights"].columns)
    monkeypatch.setitem(data.CONTRACTS, "flights", lax)
    once = published.filter(pl.col("day") == "2").head(3)
    twice = pl.concat([once, once.with_columns(arr_delay=pl.lit("777"))])
    twice.write_csv(tmp_path / "flights-02.csv", null_value="NA")
    load()
    assert taken(platform)["flights-02.csv"] == (6, 0, 3)
    assert table(platform, "labels.flight_delays").filter(pl.col("arr_delay") == 777).height == 3


def test_a_broken_file_is_refused_whole_and_told_once_while_the_others_are_taken(
    platform: PlatformRefs, load: Load, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(3)
    (tmp_path / "flights-02.csv").write_bytes((tmp_path / "flights-03.csv").read_bytes()[:-30])
    with pytest.raises(SixfoldError, match=r"refused: flights-02\.csv .*fields in line 914"):
        load()
    assert list(taken(platform)) == ["first.csv", "flights-03.csv"]
    assert not load()
    arrive(2)
    assert load() == ["flights: flights-02.csv, 765 rows, 0 quarantined, 0 superseded"]


def test_a_file_that_lacks_a_column_is_refused(
    load: Load, published: pl.DataFrame, tmp_path: Path, platform: PlatformRefs
) -> None:
    load()
    published.filter(pl.col("day") == "2").drop("tailnum").write_csv(tmp_path / "flights-02.csv", null_value="NA")
    with pytest.raises(SixfoldError, match=r"flights-02\.csv lacks tailnum, which flights has"):
        load()
    assert table(platform, "raw.flights").height == 958


def test_a_column_more_is_refused_until_the_contract_names_it(
    platform: PlatformRefs, load: Load, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    arrive(2, gate=pl.lit("A1"))
    with pytest.raises(SixfoldError, match=r"flights-02\.csv has gate, which flights did not have"):
        load()
    accepted = data.CONTRACTS["flights"].add_columns({"gate": pa.Column(pl.String, nullable=True, required=False)})
    monkeypatch.setitem(data.CONTRACTS, "flights", accepted)
    monkeypatch.setattr(loading, "product_key", lambda *_: "the contract of now")
    load()
    assert table(platform, "raw.flights")["gate"].value_counts().sort("gate").rows() == [(None, 958), ("A1", 765)]


def test_a_column_that_the_contract_does_not_require_may_be_missing_from_the_start(
    platform: PlatformRefs, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = data.CONTRACTS["flights"].add_columns({"gate": pa.Column(pl.String, nullable=True, required=False)})
    monkeypatch.setitem(data.CONTRACTS, "flights", accepted)
    load()
    assert table(platform, "curated.flights").height == 958


def test_rows_in_quarantine_come_back_when_the_contract_is_mended(
    platform: PlatformRefs, load: Load, arrive: Arrive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arrive(2, carrier=pl.when(pl.col("carrier") == "UA").then(pl.lit("Zz9")).otherwise(pl.col("carrier")))
    load()
    _, left_out, _ = taken(platform)["flights-02.csv"]
    assert left_out == table(platform, "quarantine.flights").height > 100
    (tmp_path / "flights-02.csv").unlink()  # raw has it
    mended = data.CONTRACTS["flights"].update_column("carrier", checks=[])
    monkeypatch.setitem(data.CONTRACTS, "flights", mended)
    monkeypatch.setattr(loading, "product_key", lambda *_: "the contract of now")
    load()
    assert table(platform, "quarantine.flights").is_empty()
    assert table(platform, "curated.flights").height == 958 + 765


@pytest.mark.parametrize("name", ["raw.flights", "curated.flights"])
def test_a_dropped_table_is_written_again(name: str, platform: PlatformRefs, load: Load, arrive: Arrive) -> None:
    arrive(2)
    load()
    Lake(platform, "flight_delays")._catalog.drop_table(platform.table("flight_delays", name))
    load()
    assert [table(platform, each).height for each in ("raw.flights", "curated.flights")] == [1723, 1723]


def test_a_week_of_files_gives_what_one_file_would_have_given(
    platform: PlatformRefs, load: Load, arrive: Arrive, published: pl.DataFrame
) -> None:
    for day in range(2, 9):
        arrive(day)
        if day == 7:
            arrive(5, "07-corrects-05", arr_delay=pl.lit("77"))
        load()
    days = published.filter(pl.col("day").cast(pl.Int64) < 9)
    corrected = pl.when(pl.col("day") == "5").then(pl.lit("77")).otherwise(pl.col("arr_delay")).alias("arr_delay")
    whole = check(days.with_columns(corrected), data.CONTRACTS["flights"]).passed
    wanted = data.curate({"flights": whole, "airports": table(platform, "curated.airports")})
    for name in ("curated.flights", "labels.flight_delays"):
        assert_frame_equal(table(platform, name).sort("flight_id"), wanted[name].sort("flight_id"))


@pytest.mark.parametrize("at", [3, 6, 8, 11])
def test_a_load_killed_at_any_write_is_finished_by_the_next(
    at: int, platform: PlatformRefs, load: Load, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    arrive(1, "01-corrected", arr_delay=pl.lit("77"))
    arrive(2)
    with monkeypatch.context() as patch:
        _end_at_write(patch, at)
        with pytest.raises(_KilledError):
            load()
    load()
    assert taken(platform) == {
        "first.csv": (958, 0, 0),
        "flights-01-corrected.csv": (958, 0, 958),
        "flights-02.csv": (765, 0, 0),
    }
    counts = [table(platform, name).height for name in ("raw.flights", "curated.flights")]
    assert counts == [958 + 958 + 765, 958 + 765]


class _KilledError(BaseException):
    pass


def _end_at_write(patch: pytest.MonkeyPatch, at: int) -> None:
    """End the run before the n-th time that it makes something visible: a commit of a table, or a record."""
    left = iter(range(at, 0, -1))

    def dying(write: Callable[..., object]) -> Callable[..., object]:
        def instead(*args: object, **options: object) -> object:
            if next(left) == 1:
                raise _KilledError
            return write(*args, **options)

        return instead

    patch.setattr(Change, "commit", dying(Change.commit))
    patch.setattr(batches, "record", dying(batches.record))
