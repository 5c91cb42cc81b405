"""Names that two programs must spell alike are spelt once."""

import re
from pathlib import Path

import pytest

from sixfold import wire
from sixfold.telemetry import QUIET, QUIET_ENGINE

ROOT = Path(__file__).parents[3]
FOLDERS = ("models", "serving", "monitoring", "products", "infra", "delivery", "sixfold")
NAMES = [value for name, value in vars(wire).items() if name.isupper()]


@pytest.mark.parametrize("name", NAMES)
def test_a_header_or_variable_is_written_out_in_one_module_only(name: str) -> None:
    literal = re.compile(rf"""["']{re.escape(name)}["']""", re.IGNORECASE)
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    found = [path.relative_to(ROOT).as_posix() for path in paths if literal.search(path.read_text())]
    assert found == ["sixfold/wire.py"]


def test_the_makefile_keeps_the_same_tools_quiet() -> None:
    exported = re.findall(r"^export (\w+) := (\S+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {name: value for name, value in exported if name != "PATH"} == {**QUIET, **QUIET_ENGINE}


def test_no_other_module_has_a_list_of_its_own() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    naming = {path.name for path in paths if any(f'"{name}"' in path.read_text() for name in QUIET)}
    assert naming == {"telemetry.py"}
