"""The data of `flight-delays`: what it is made from, what each row must be, and what becomes of the rows."""

from products.flight_delays.contracts import CONTRACTS
from products.flight_delays.curation import TABLES, curate
from products.flight_delays.sources import sources

__all__ = ["CONTRACTS", "TABLES", "curate", "sources"]
