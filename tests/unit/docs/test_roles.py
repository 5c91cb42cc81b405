"""A page for each role, with its ten commands."""

from pathlib import Path

import pytest

from sixfold.roles import read_roles
from tests.unit.docs.test_commands_in_docs import BLOCK, commands

ROOT = Path(__file__).parents[3]
ROLES = read_roles(ROOT / "stacks" / "roles.yaml")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_a_page_with_ten_commands(role: str) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / "roles" / f"{role}.md").read_text())
    assert sum(1 for block in blocks for _ in commands(block)) == 10


@pytest.mark.parametrize("role", ROLES)
def test_a_page_of_a_role_has_the_same_parts(role: str) -> None:
    page = (ROOT / "docs" / "roles" / f"{role}.md").read_text()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [
        "Your first day", "Ten commands", "Your standards", "Whom you ask"
    ]  # fmt: skip
