"""Cases as rules of the gate; scores are given, models are tried in tests/unit/delivery/feedback."""

import numpy as np
import pytest

from models.candidate import Candidate
from models.gate import cases
from models.gate.cases import judge_cases
from sixfold.cases import Case, Expected
from sixfold.contract import Product

THREE = {"task": "multiclass", "classes": ("rain", "snow", "sun")}


def expecting(**expected: object) -> dict[str, Case]:
    return {"storm": Case(features={"temp": 1.0}, expected=Expected.model_validate(expected))}


@pytest.mark.parametrize(
    ("expected", "passed"),
    [
        ({"class": "snow"}, [True]),
        ({"class": "sun"}, [False]),
        ({"class": "sun", "at_least": 0.25}, [True]),
        ({"class": "snow", "at_least": 0.4, "at_most": 0.45}, [True, False]),
    ],
)
def test_of_several_classes_the_named_one_is_the_most_probable_or_within_bounds(
    candidate: Candidate, product: Product, monkeypatch: pytest.MonkeyPatch, expected: dict[str, object],
    passed: list[bool],
) -> None:  # fmt: skip
    monkeypatch.setattr(cases, "score", lambda *_: np.array([[0.2, 0.5, 0.3]]))
    rules = judge_cases(candidate, product.model_copy(update=THREE), expecting(**expected))
    assert [rule.passed for rule in rules] == passed


def test_a_case_from_before_a_feature_is_scored_without_it_and_says_so(candidate: Candidate, product: Product) -> None:
    (rule,) = judge_cases(candidate, product, expecting(at_most=1))
    assert rule.passed
    assert rule.what.startswith("case storm, which knows no ")
