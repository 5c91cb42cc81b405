"""What the program refuses before it plans anything."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from infra.config import require_versions_may_end
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import Decision, Entry
from sixfold.stack import Local, Pin, Settings
from sixfold.use import Figures
from sixfold.versions import ApiVersion
from sixfold.wire import ENV_RETIRE

TODAY = date(2026, 11, 30)
ENDED = ApiVersion(since=date(2026, 1, 1), deprecated=date(2026, 8, 1), sunset=TODAY)
ENTRY = Entry(
    number=1,
    at=datetime(2026, 11, 1, tzinfo=UTC),
    product="flight-delays",
    versions={"v1": (Pin(release="a" * 64),)},
    feature_hash="f",
    decision=Decision(by="somebody", verdict="release", reason="by hand"),
)
LOCAL = Settings(runtime="processes", region="eu-west-1", local=Local(first_port=8000), deletion_protection=False)


@pytest.fixture
def product() -> Product:
    found = load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")
    return found.model_copy(update={"api_versions": {"v1": ENDED}})


def test_a_version_whose_day_has_come_ends_where_nobody_calls_it(product: Product) -> None:
    nobody = Figures(at=datetime.now(UTC), days=30)
    require_versions_may_end(product, LOCAL, [ENTRY], nobody, TODAY)


def test_a_version_ends_in_no_plan_without_figures(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SixfoldError, match="flight-delays v1 may not end: who called it"):
        require_versions_may_end(product, LOCAL, [ENTRY], None, TODAY)
    monkeypatch.setenv(ENV_RETIRE, "daily-high/v1,flight-delays/v1")
    require_versions_may_end(product, LOCAL, [ENTRY], None, TODAY)


def test_a_version_that_lives_on_needs_no_figures(product: Product) -> None:
    require_versions_may_end(product, LOCAL, [ENTRY], None, TODAY - timedelta(days=1))
