"""Who does what: from the roles' own work, their rights and the contracts."""

from pathlib import Path

import pytest

from delivery.responsibility import OWNER, table
from sixfold.errors import SixfoldError
from sixfold.roles import Role, read_roles
from sixfold.work import WORK

ROLES = read_roles(Path(__file__).parents[3] / "stacks" / "roles.yaml")


def parts(task: str) -> dict[str, str]:
    return next(dict(line.parts) for line in table(ROLES) if line.task == task)


def test_each_piece_of_work_has_one_role_that_does_it_and_one_that_answers_for_it() -> None:
    for line in table(ROLES):
        letters = [letter for part in line.parts.values() for letter in part.split(", ")]
        assert (letters.count("R"), letters.count("A")) == (1, 1), line.task


def test_the_owner_of_a_product_answers_for_its_model_and_not_for_the_platform() -> None:
    assert (parts("training")[OWNER], parts("stacks")[OWNER]) == ("A", "")
    assert parts("stacks")["platform-engineer"] == "A, R"


def test_who_has_the_right_and_not_the_work_is_consulted() -> None:
    assert parts("training") | {OWNER: ""} == {
        "platform-engineer": "C", "data-engineer": "I", "data-scientist": "R", "software-engineer": "",
        OWNER: "", "its consumers": "",
    }  # fmt: skip


def test_work_that_nobody_does_is_named() -> None:
    lazy = {**ROLES, "data-engineer": ROLES["data-engineer"].model_copy(update={"does": ()})}
    with pytest.raises(SixfoldError, match=r"(?s)no role does labels, sources.*`does` in stacks/roles.yaml"):
        table(lazy)


@pytest.mark.parametrize("task", WORK)
def test_no_role_is_given_work_without_the_right_to_it(task: str) -> None:
    with pytest.raises(ValueError, match=f"without the right to it: {task}: it needs"):
        Role.model_validate({"cluster": {}, "does": [task]})
