"""The suite and the checks themselves: what they cover, and how the tests are divided among processes."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path

import pytest

from tests._parts import free_port, part_of, ports

_ROOT = Path(__file__).parents[2]
_SETTINGS = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.check_output(["git", "ls-files", *patterns], cwd=_ROOT, text=True)
    return [Path(line) for line in listed.splitlines()]


def test_the_import_contracts_and_mypy_see_every_package() -> None:
    packages = {path.parts[0] for path in _tracked("*.py")} - {"tests"}
    assert packages == set(_SETTINGS["importlinter"]["root_packages"]) == set(_SETTINGS["mypy"]["packages"])
    layers = next(each for each in _SETTINGS["importlinter"]["contracts"] if "bench" in each.get("layers", ()))
    assert packages == {name.strip() for layer in layers["layers"] for name in layer.replace("|", ":").split(":")}


def _imports_in_texts(path: Path) -> Iterator[str]:
    """Yield the modules of ours that programs within a file's strings import."""
    packages = "|".join(_SETTINGS["importlinter"]["root_packages"])
    importing = re.compile(rf"^\s*(?:from|import) ((?:{packages})(?:\.\w+)*)(?= import|$)", re.MULTILINE)
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from importing.findall(node.value)


def test_a_program_within_a_string_imports_what_is_there() -> None:
    missing = {
        name
        for path in _tracked("*.py")
        for name in _imports_in_texts(_ROOT / path)
        if not (place := _ROOT.joinpath(*name.split("."))).is_dir() and not place.with_suffix(".py").is_file()
    }
    assert missing == {"sixfold.environment"}  # in releases of an earlier time, which delivery/release_code.py runs


def test_unit_tests_lie_in_the_folder_of_what_they_test() -> None:
    folders = {path.parent.relative_to("tests/unit") for path in _tracked("tests/unit/*.py")}
    assert [str(folder) for folder in folders if not (_ROOT / folder).is_dir()] == []


@pytest.mark.parametrize(
    ("test", "part"),
    [
        ("tests/unit/tools/test_lock.py::test_a", "tests/unit/tools/test_lock.py"),
        ("tests/cluster/test_access.py::test_a[tests/e2e/]", "tests/cluster"),
        ("tests/e2e/test_1_up.py::test_a", "tests/e2e"),
        ("tests/unit/models/test_lake.py::test_a", "tests/unit/models"),
    ],
)
def test_a_file_stays_together_and_what_shares_a_platform_as_a_whole(test: str, part: str) -> None:
    assert part_of(test) == part


def test_no_other_process_is_given_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
    shares = []
    for worker in ("gw0", "gw1", "gw2"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        shares.append(set(islice(ports(), 5_000)))
    assert all(one.isdisjoint(other) for one, other in combinations(shares, 2))
    assert max(map(max, shares)) < 32_768


def test_a_port_is_not_given_twice() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == len(given)


def test_the_committed_local_stack_has_no_release_of_a_machine_that_once_ran_it() -> None:
    committed = subprocess.check_output(["git", "show", "HEAD:stacks/Pulumi.local.yaml"], cwd=_ROOT, text=True)
    assert not re.search(r"release: [0-9a-f]{64}|encryptionsalt", committed)
    assert "first_port: 4600" in committed
