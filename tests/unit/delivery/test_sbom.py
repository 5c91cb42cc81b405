"""A release's bill of materials."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from delivery.sbom import FILE, OF_THE_PRODUCT, bill

ROOT = Path(__file__).parents[3]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The code of a release from before, with our own lock."""
    (tmp_path / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"a model")
    return tmp_path


def test_it_is_valid_cyclonedx(source: Path) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill(source, "flight-delays")) is None


def test_it_has_every_package_of_the_lock_and_the_model_by_its_hash(source: Path) -> None:
    found = json.loads(bill(source, "flight-delays"))
    lines = [line for line in (source / "requirements.lock").read_text().splitlines() if "==" in line.split("#")[0]]
    assert len(found["components"]) == len(lines) > 200
    assert "pkg:pypi/bentoml@1" in str(found["components"])
    assert found["metadata"]["component"]["hashes"][0]["content"] == sha256(b"a model").hexdigest()


@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("torch==2.9.1", "pkg:pypi/torch@2.9.1"),
        ("torch == 2.9.1 # fits our drivers", "pkg:pypi/torch@2.9.1"),
        ("  torch[cuda]===2.9.1 ; python_version > '3'", "pkg:pypi/torch@2.9.1"),
        ("torch==2.*", "pkg:pypi/torch"),
        ("torch>=2", "pkg:pypi/torch"),
    ],
)
def test_what_a_product_asks_for_beside_the_lock_is_in_it(source: Path, line: str, listed: str) -> None:
    (source / OF_THE_PRODUCT).write_text(f"# more\n{line}\n")
    assert listed in {each["purl"] for each in json.loads(bill(source, "flight-delays"))["components"]}


def test_it_is_the_same_on_every_day_and_another_for_another_lock_or_model(source: Path) -> None:
    before = bill(source, "flight-delays")
    assert bill(source, "flight-delays") == before
    (source / "model.onnx").write_bytes(b"another")
    assert bill(source, "flight-delays") != before


def test_what_is_in_the_release_counts(source: Path) -> None:
    (source / FILE).write_text("{}")
    assert bill(source, "flight-delays") == "{}"
