"""A project on this machine."""

from pathlib import Path

import pytest

from delivery.project import Project
from sixfold.errors import SixfoldError


def test_it_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (inside := tmp_path / "a" / "b").mkdir(parents=True)
    assert Project.find(inside, {}) == Project(tmp_path, (tmp_path / ".sixfold").resolve())


def test_its_home_may_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    assert Project.find(tmp_path, {"SIXFOLD_HOME": "/elsewhere"}).home == Path("/elsewhere")


def test_an_unknown_product_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)no product 'none'.*flight-delays"):
        Project(tmp_path, tmp_path).product("none")
