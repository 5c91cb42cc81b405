"""Reviewers of each path."""

from pathlib import Path

import pytest

from delivery.codeowners import codeowners
from sixfold.contract import load_products
from sixfold.roles import Role, read_roles

ROOT = Path(__file__).parents[3]
ROLES = read_roles(ROOT / "stacks" / "roles.yaml")
COMMITTED = (ROOT / ".github" / "CODEOWNERS").read_text()
LINES = [line.split() for line in COMMITTED.splitlines() if not line.startswith("#")]


def test_the_committed_file_is_in_step_with_roles_and_contracts() -> None:
    products = load_products(ROOT / "products")
    assert codeowners(ROLES, products.values(), "sixfold") == COMMITTED, "run `make owners`"


def test_everything_has_a_reviewer_and_what_is_narrower_comes_later() -> None:
    paths = [path for path, _ in LINES]
    assert paths[0] == "*"
    assert all(path not in paths[number:] for number, path in enumerate(paths, start=1))
    assert all(not other.startswith(path) for number, path in enumerate(paths) for other in paths[:number])


@pytest.mark.parametrize("path", [path for path, _ in LINES if path != "*"])
def test_every_path_is_there(path: str) -> None:
    assert (ROOT / path.lstrip("/")).is_dir() == path.endswith("/")
    assert (ROOT / path.lstrip("/")).exists()


def test_a_product_s_folder_is_its_owner_s_whoever_reviews_the_folder_around_it() -> None:
    products = load_products(ROOT / "products").values()
    roles = {"data-scientist": Role(cluster={}, reviews=("/models/",))}
    *_, last = codeowners(roles, products, "acme").splitlines()
    assert last.split() == ["/products/flight_delays/", "@acme/arrivals"]
