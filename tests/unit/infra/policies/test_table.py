"""The policy table."""

import re

from infra.policies.catalogue import RULES
from infra.policies.table import MARK, PAGE, table
from infra.policies.unchecked import UNCHECKED


def test_the_page_is_in_step_with_the_rules() -> None:
    assert PAGE.read_text().split(MARK)[1].strip() == table().strip(), "run `python -m infra.policies.table`"


def test_a_control_has_a_rule_or_a_reason_and_not_both() -> None:
    without = {control for key in UNCHECKED for control in re.split(", ", key)}
    assert not without & {rule.id for rule in RULES}
    assert all(UNCHECKED.values())


def test_every_rule_is_in_the_table_with_its_remedy_in_one_line() -> None:
    for rule in RULES:
        assert f"| {rule.id} | {rule.title} |" in table()
        assert "\n" not in rule.remedy
