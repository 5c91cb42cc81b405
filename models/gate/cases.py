"""The regression cases of a product as rules of the gate: a candidate that fails one is refused by its name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.candidate import Candidate, score
from models.gate.evaluation import Rule
from sixfold.cases import Case
from sixfold.contract import Product

if TYPE_CHECKING:
    from sixfold.tasks import Floats


def judge_cases(candidate: Candidate, product: Product, cases: Mapping[str, Case]) -> tuple[Rule, ...]:
    """Score the rows of the cases, and return a rule for each bound.

    A feature that a case does not have is one that the model must do without, as in serving where a store has none.
    """
    return tuple(rule for rules in _judged(candidate, product, cases).values() for rule in rules)


def failing(candidate: Candidate, product: Product, cases: Mapping[str, Case]) -> list[str]:
    """Return the names of the cases that a candidate, or the model of a release, does not pass."""
    judged = _judged(candidate, product, cases)
    return [name for name, rules in judged.items() if not all(rule.passed for rule in rules)]


def _judged(candidate: Candidate, product: Product, cases: Mapping[str, Case]) -> dict[str, list[Rule]]:
    if not cases:
        return {}
    import numpy as np  # noqa: PLC0415 - with the rest of what evaluation loads

    record = candidate.record
    rows = [[_given(case, name, record.missing) for name in record.features] for case in cases.values()]
    scores = score(candidate.model, np.array(rows, dtype=np.float32))
    return {
        name: _rules(_title(name, case, record.features), case, row, product)
        for (name, case), row in zip(cases.items(), scores, strict=True)
    }


def _given(case: Case, name: str, missing: Mapping[str, float]) -> float:
    value = case.features.get(name)
    return missing.get(name, float("nan")) if value is None else value


def _title(name: str, case: Case, features: tuple[str, ...]) -> str:
    lacks = [feature for feature in features if feature not in case.features]
    return f"case {name}{case.origin}" + (f", which knows no {', '.join(lacks)}" if lacks else "")


def _rules(title: str, case: Case, row: "Floats", product: Product) -> list[Rule]:
    expected = case.expected
    if expected.of is None:
        value = float(row)
        least, most = expected.at_least, expected.at_most
    else:
        place = product.classes.index(expected.of)
        value, title = float(row[place]), f"{title}, {expected.of}"
        others = max(float(each) for other, each in enumerate(row) if other != place)
        unbound = expected.at_least is None and expected.at_most is None
        least, most = (others if unbound else expected.at_least), expected.at_most
    rules = []
    if least is not None:
        rules.append(Rule(what=title, value=value, bound=least, passed=value >= least))
    if most is not None:
        rules.append(Rule(what=title, value=value, bound=most, passed=value <= most, lower_is_better=True))
    return rules
