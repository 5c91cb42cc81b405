from pathlib import Path

import pytest

from sixfold.errors import SixfoldError
from sixfold.roles import read_roles

ROLES = Path(__file__).parents[3] / "stacks" / "roles.yaml"


def test_the_four_roles_of_ours_are_valid() -> None:
    assert read_roles(ROLES).keys() == {"platform-engineer", "data-engineer", "data-scientist", "software-engineer"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: {cluster: {serving: own}}", "a.cluster.serving: Input should be 'view' or 'edit'"),
        ("a: {cluster: {}, aws: [everything]}", "a.aws.0: Input should be"),
        ("a: {clster: {}}", "a.clster: unknown key"),
    ],
)
def test_what_a_role_cannot_be_is_refused_by_its_path(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "roles.yaml"
    path.write_text(text)
    with pytest.raises(SixfoldError, match="correct these keys") as refused:
        read_roles(path)
    assert fault in str(refused.value)
