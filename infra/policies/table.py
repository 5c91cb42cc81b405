"""docs/reference/policy-rules.md, derived from the pack: `python -m infra.policies.table` writes and prints it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.policies.catalogue import RULES, STACK_RULES
from infra.policies.exemptions import EXEMPTIONS
from infra.policies.rule import Rule, StackRule
from infra.policies.unchecked import UNCHECKED

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "policy-rules.md"
MARK = "<!-- from here on written by `python -m infra.policies.table` -->\n"


def table() -> str:
    """Return every rule, every exemption and every control without a rule, in Markdown."""
    every: tuple[Rule | StackRule, ...] = (*RULES, *STACK_RULES)
    rules = [(rule.id, rule.title, ", ".join(rule.types), rule.enforcement, rule.source) for rule in every]
    exemptions = [(", ".join(each.rules), each.where, each.reason) for each in EXEMPTIONS]
    mandatory = sum(rule.enforcement == "mandatory" for rule in every)
    lines = [
        f"{len(every)} rules, {mandatory} of them mandatory.\n",
        *_rows(("control", "what holds", "on", "enforcement", "from"), rules),
        "\n### Exemptions\n",
        *_rows(("controls", "where", "why"), exemptions),
        "\n### Controls of the AWS standard without a rule\n",
        *_rows(("control", "why"), list(UNCHECKED.items())),
    ]
    return "\n".join(lines) + "\n"


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text().split(MARK)[0] + MARK + "\n" + table())
    sys.stdout.write(table())
