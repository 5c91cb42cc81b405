import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from models import loading, steps
from models.lake import Lake
from models.sources import read
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import Source

TABLES = ("flights", "weather", "planes", "airlines", "airports")


def test_no_row_is_lost(loaded: PlatformRefs) -> None:
    lake = Lake(loaded, "flight_delays")
    for name in TABLES:
        raw, curated, quarantined = (lake.count(f"{layer}.{name}") for layer in ("raw", "curated", "quarantine"))
        assert raw == curated + quarantined > 0


def test_the_counts_are_noted_where_an_exporter_finds_them(loaded: PlatformRefs) -> None:
    facts = Lake(loaded, "flight_delays").facts("curated.airports")
    assert (facts["rows-raw"], facts["rows-curated"], facts["rows-quarantined"]) == ("1458", "1455", "3")


def test_raw_is_as_published(loaded: PlatformRefs, sample: tuple[Source, ...]) -> None:
    published = read(sample[0])
    raw = Lake(loaded, "flight_delays").read("raw.flights")
    assert raw.sort(raw.columns).equals(published.sort(published.columns))


def test_the_same_files_again_change_nothing(
    loaded: PlatformRefs, product: Product, sample: tuple[Source, ...]
) -> None:
    tables = [f"{layer}.{name}" for layer in ("raw", "curated", "quarantine") for name in TABLES]
    before = steps.versions(loaded, "flight_delays", tables)
    assert not loading.load(loaded, product, sample)
    assert steps.versions(loaded, "flight_delays", tables) == before


def test_a_dropped_table_is_written_again(loaded: PlatformRefs, product: Product, sample: tuple[Source, ...]) -> None:
    Lake(loaded, "flight_delays")._catalog.drop_table(loaded.table("flight_delays", "curated.airlines"))
    assert loading.load(loaded, product, sample)
    assert Lake(loaded, "flight_delays").count("curated.airlines") == 16


def test_a_file_that_changed_is_loaded_anew(
    platform: PlatformRefs, product: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    assert loading.load(platform, product, few(200))
    assert loading.load(platform, product, few(300))
    assert Lake(platform, "flight_delays").count("curated.flights") == 300


KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from models import loading
from sixfold.contract import load_product
from sixfold.outputs import PlatformRefs
from sixfold.product import Source
platform, product = PlatformRefs.model_validate_json(sys.argv[1]), load_product(Path(sys.argv[2]))
sources = tuple(Source(name, Path(path), "arrivals", "", ()) for name, path in (arg.split("=") for arg in sys.argv[4:]))
def progress(line):
    if line.startswith(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
loading.load(platform, product, sources, progress)
"""


@pytest.mark.parametrize("moment", ["flights", "curated.flights"])
def test_a_load_killed_at_any_moment_is_finished_by_the_next(
    moment: str, platform: PlatformRefs, product: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    sources = few(200)
    contract = Path(loading.__file__).parents[1] / "products" / product.package / "product.yaml"
    paths = [f"{source.name}={source.path}" for source in sources]
    command = [sys.executable, "-c", KILLED, platform.model_dump_json(), str(contract), moment, *paths]
    assert subprocess.run(command, check=False).returncode == -9
    assert loading.load(platform, product, sources)
    lake = Lake(platform, "flight_delays")
    keys = {lake.facts(f"{layer}.{name}")["content"] for layer in ("curated", "quarantine") for name in TABLES}
    assert keys == {lake.facts("labels.flight_delays")["content"]}


def test_a_contract_that_loses_rows_is_found_out(
    platform: PlatformRefs,
    product: Product,
    few: Callable[[int], tuple[Source, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from products.flight_delays import data  # noqa: PLC0415 - patched for this test alone

    whole = data.curate
    lossy = lambda passed: {name: frame.head(5) for name, frame in whole(passed).items()}  # noqa: E731
    monkeypatch.setattr(data, "curate", lossy)
    with pytest.raises(SixfoldError, match="flights: 200 raw rows became 5 curated and 0 quarantined"):
        loading.load(platform, product, few(200))


def test_a_day_of_flights_keeps_its_clock(loaded: PlatformRefs) -> None:
    flights = Lake(loaded, "flight_delays").read("curated.flights")
    assert flights.schema["scheduled_departure"] == pl.Datetime("us", "UTC")
    assert flights["flight_id"].is_unique().all()


def test_the_lake_is_in_step_until_a_file_or_a_table_changes(
    platform: PlatformRefs, product: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    sources = few(50)
    assert not loading.is_loaded(platform, product)
    loading.load(platform, product, sources)
    assert loading.is_loaded(platform, product)
    whole = sources[1].path.read_bytes()
    sources[1].path.write_bytes(whole[:-40])
    assert not loading.is_loaded(platform, product)
    sources[1].path.write_bytes(whole)
    Lake(platform, product.package)._catalog.drop_table((platform.databases.raw, f"{product.package}__weather"))
    assert not loading.is_loaded(platform, product)


def test_the_reasons_of_rows_in_quarantine_are_counted_by_table(loaded: PlatformRefs, product: Product) -> None:
    found = loading.quarantined(loaded, product)
    assert sum(found["airports"].values()) == 3
    assert all(": " in reason for reasons in found.values() for reason in reasons)
