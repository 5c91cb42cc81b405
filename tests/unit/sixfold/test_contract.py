import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from sixfold.contract import load_product, load_products
from sixfold.errors import SixfoldError
from sixfold.versions import ApiVersion, Status

PRODUCTS = Path(__file__).parents[3] / "products"


def test_every_product_of_ours_keeps_the_contract() -> None:
    assert set(load_products(PRODUCTS)) == {path.parent.name.replace("_", "-") for path in PRODUCTS.glob("*/*.yaml")}


def test_a_misspelt_key_is_named_with_its_path_and_the_nearest_valid_one(tmp_path: Path) -> None:
    path = _changed(tmp_path, metric={"relese_margin": 0.1})
    with pytest.raises(SixfoldError, match=r"metric\.relese_margin: unknown key; did you mean 'release_margin'\?"):
        load_product(path)


def test_a_key_like_no_other_is_answered_with_all_valid_ones(tmp_path: Path) -> None:
    path = _changed(tmp_path, slo={"zzz": 1})
    with pytest.raises(SixfoldError, match="valid keys: availability, latency_ms, latency_quantile"):
        load_product(path)


def test_a_product_lives_in_the_folder_of_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "product.yaml").write_text((PRODUCTS / "flight_delays" / "product.yaml").read_text())
    with pytest.raises(SixfoldError, match="rename the folder to 'flight_delays'"):
        load_products(tmp_path)


@pytest.mark.parametrize(
    ("today", "status"),
    [
        ("2025-12-31", Status.PREVIEW),
        ("2026-01-01", Status.CURRENT),
        ("2026-02-01", Status.DEPRECATED),
        ("2026-05-02", Status.RETIRED),
    ],
)
def test_an_api_version_lives_by_its_dates(today: str, status: Status) -> None:
    version = ApiVersion(since=date(2026, 1, 1), deprecated=date(2026, 2, 1), sunset=date(2026, 5, 2))
    assert version.status(date.fromisoformat(today)) is status


@pytest.mark.parametrize(
    ("dates", "fault"),
    [
        ({"sunset": "2026-12-01"}, "sunset: a version that ends is deprecated first"),
        ({"deprecated": "2025-12-31"}, "deprecated: it is before `since`"),
        ({"deprecated": "2026-02-01", "sunset": "2026-05-01"}, "89 days after `deprecated`.*promised 90"),
        ({"guide": "moving"}, "guide"),
        ({"guide": "/moving{env.HOME}"}, "guide"),
    ],
)
def test_the_life_of_a_version_has_an_order_and_a_notice(dates: dict[str, str], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        ApiVersion.model_validate({"since": "2026-01-01", **dates})


def test_outputs_of_long_ago_call_a_current_version_live() -> None:
    assert Status("live") is Status.CURRENT


def test_feedback_counts_from_all_consumers_unless_the_contract_names_them(tmp_path: Path) -> None:
    assert load_product(_changed(tmp_path)).tellers == {"rebooking", "gate-planning"}
    assert load_product(_changed(tmp_path, feedback={"from": ["rebooking"]})).tellers == {"rebooking"}
    assert load_product(_changed(tmp_path, feedback={"from": []})).tellers == set()


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"feedback": {"from": ["refunds"]}}, r"feedback\.from: refunds is no consumer; write one of rebooking, gate"),
        ({"feedback": {"form": []}}, r"feedback\.form: unknown key; did you mean 'from'\?"),
        ({"consumers": [{"name": "a", "purpose": "b", "label_share": 0}]}, r"consumers\.0\.label_share: .* greater"),
        ({"consumers": [{"name": "a", "purpose": "b"}] * 2}, r"consumers: a comes twice"),
        (
            {"consumers": [{"name": name, "purpose": "b", "label_share": 0.3} for name in "abc"]},
            r"consumers: label_share adds up to 0\.9, .*let it be 1 or more",
        ),
        *(
            (
                {"consumers": [{"name": name, "purpose": "b"}]},
                rf"consumers\.0\.name: .*'{name}' stands for calls that are",
            )
            for name in ("unknown", "sixfold")
        ),
        ({"log": {"retention_days": 10**9}}, r"log\.retention_days: .* less than or equal to"),
        ({"limits": {"feature_freshness_hours": 1e9, "quarantine_rate": 0}}, r"feature_freshness_hours: .* less than"),
    ],
)
def test_rules_that_cannot_hold_are_refused(tmp_path: Path, sections: dict[str, object], told: str) -> None:
    with pytest.raises(SixfoldError, match=told):
        load_product(_changed(tmp_path, **sections))


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("slices", ["origin", "origin"], "an entity comes twice; name each once"),
        ("slices", [""], "at least 1 character"),
        ("window_hours", 1e300, "less than or equal to"),
    ],
)
def test_a_metric_that_nobody_could_compute_is_refused(tmp_path: Path, key: str, value: object, told: str) -> None:
    metric = yaml.safe_load((PRODUCTS / "flight_delays" / "product.yaml").read_text())["metric"]
    with pytest.raises(SixfoldError, match=rf"metric\.{key}.*: .*{told}"):
        load_product(_changed(tmp_path, metric={**metric, key: value}))


@pytest.mark.parametrize("text", ["name: [", "\x00", b"\xff", ""])
def test_a_contract_that_is_half_saved_is_named(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "product.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SixfoldError, match=re.escape(str(path))):
        load_product(path)


def _changed(folder: Path, **sections: dict[str, object]) -> Path:
    contract = yaml.safe_load((PRODUCTS / "flight_delays" / "product.yaml").read_text())
    for name, values in sections.items():
        contract[name] = contract.get(name, {}) | values if isinstance(values, dict) else values
    path = folder / "product.yaml"
    path.write_text(yaml.safe_dump(contract))
    return path
