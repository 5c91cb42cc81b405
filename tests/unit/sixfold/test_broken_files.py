"""Files that an editor saved half, in another encoding, or of something else: an error that names thing and remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.roles import read_roles
from sixfold.stack import read

ROOT = Path(__file__).parents[3]
FILES: dict[str, tuple[Path, Callable[[Path], Any]]] = {
    "product.yaml": (ROOT / "products" / "flight_delays" / "product.yaml", load_product),
    "Pulumi.dev.yaml": (ROOT / "stacks" / "Pulumi.dev.yaml", read),
    "roles.yaml": (ROOT / "stacks" / "roles.yaml", read_roles),
}
each_file = pytest.mark.parametrize("name", FILES)


def refusal(path: Path, reader: Callable[[Path], Any]) -> SixfoldError | None:
    """Read a file, and return the error for people where there is one; any other error fails the test."""
    try:
        reader(path)
    except SixfoldError as error:
        return error
    return None


@each_file
@pytest.mark.parametrize("fault", [b"\nbad: [", b"\n\tx: 1\n", b"\nx: \xe9\n", b"\0"])
def test_a_file_that_cannot_be_read_is_an_error_with_a_remedy(tmp_path: Path, name: str, fault: bytes) -> None:
    source, reader = FILES[name]
    (tmp_path / name).write_bytes(source.read_bytes() + fault)
    with pytest.raises(SixfoldError, match=name):
        reader(tmp_path / name)


@each_file
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_is_cut_anywhere_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    source, reader = FILES[name]
    content = source.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    (tmp_path / name).write_bytes(content[:cut])
    error = refusal(tmp_path / name, reader)
    assert error is None or (name in error.what and error.remedy)


@each_file
@pytest.mark.parametrize(
    "text", ["", "encryptionsalt: x\n", "config:\n  sixfold:x: 1\n", "- a\n", "config: 1\n", "7\n"]
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SixfoldError, match=name):
        FILES[name][1](tmp_path / name)


@each_file
def test_a_file_that_is_missing_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SixfoldError, match=name):
        FILES[name][1](tmp_path / name)
