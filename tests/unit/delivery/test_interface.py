"""The interface of a release, and who is named where it breaks an API version."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from delivery.interface import FILE, interface_of, read, require_kept
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.product import load_code
from sixfold.versions import ApiVersion

DIGEST = "a" * 64


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


@pytest.fixture
def live(product: Product) -> Any:
    return interface_of(load_code(product).service)


@pytest.fixture
def without_probability(live: Any) -> Any:
    changed = copy.deepcopy(live)
    del changed["prediction"]["properties"]["late_probability"]
    changed["prediction"]["required"].remove("late_probability")
    return changed


def test_the_same_interface_keeps_the_promise_as_a_file_of_the_release_too(
    product: Product, live: Any, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text(json.dumps(live))
    require_kept(product, "v1", live, read(tmp_path), DIGEST)


def test_a_field_that_is_gone_names_the_consumers_who_need_it(
    product: Product, live: Any, without_probability: Any
) -> None:
    with pytest.raises(SixfoldError, match=r"prediction late_probability is gone \(rebooking\)\n.*a new API version"):
        require_kept(product, "v1", live, without_probability, DIGEST)


def test_a_field_that_is_required_hurts_everybody(product: Product, live: Any) -> None:
    changed = copy.deepcopy(live)
    changed["row"]["required"].append("tailnum")
    with pytest.raises(SixfoldError, match=r"row tailnum is required now \(rebooking, gate-planning\)"):
        require_kept(product, "v1", live, changed, DIGEST)


def test_a_preview_promises_nothing(product: Product, live: Any, without_probability: Any) -> None:
    preview = product.model_copy(update={"api_versions": {"v1": ApiVersion(since=date(2199, 1, 1))}})
    require_kept(preview, "v1", live, without_probability, DIGEST)


def test_a_release_from_before_the_file_is_not_judged(product: Product, live: Any, tmp_path: Path) -> None:
    require_kept(product, "v1", read(tmp_path), live, DIGEST)
