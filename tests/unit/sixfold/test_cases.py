from pathlib import Path

import pytest

from sixfold.cases import Case, Expected, read_case, read_cases, write_case
from sixfold.contract import load_product
from sixfold.errors import SixfoldError

PRODUCT = load_product(Path(__file__).parents[3] / "products" / "flight_delays" / "product.yaml")
CASE = Case(features={"wind": 9.0, "fog": None}, expected=Expected(at_most=0.5), entities={"origin": "JFK"})


def test_a_case_is_read_as_it_was_written_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        write_case(tmp_path, "storm", CASE)
    assert read_cases(tmp_path, PRODUCT) == {"storm": CASE}


def test_a_name_that_another_case_has_is_refused(tmp_path: Path) -> None:
    write_case(tmp_path, "storm", CASE)
    with pytest.raises(SixfoldError, match="another case already"):
        write_case(tmp_path, "storm", CASE.model_copy(update={"expected": Expected(at_least=0.5)}))


@pytest.mark.parametrize("name", ["../storm", "Storm", "a storm", "", "a" * 31])
def test_a_name_that_leads_elsewhere_or_is_no_slug_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SixfoldError, match="no name of a case"):
        write_case(tmp_path, name, CASE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("features: {wind: 9}", "expected: Field required"),
        ("features: {wind: 9}\nexpected: {at_mots: 1}", "did you mean 'at_most'"),
        ("features: {wind: 9}\nexpected: {}", "write `at_least`"),
        ("features: {wind: 9}\nexpected: {class: late}", "has no classes"),
        ("features: {wind: .nan}\nexpected: {at_most: 1}", "finite"),
        ("features: {}\nexpected: {at_most: 1}", "features"),
        ("[", "cannot be read as YAML"),
        ("", "not valid"),
    ],
)
def test_a_case_that_is_not_valid_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "storm.yaml").write_text(text)
    with pytest.raises(SixfoldError, match=said) as raised:
        read_case(tmp_path / "storm.yaml", PRODUCT)
    assert "storm" in str(raised.value)


def test_a_class_of_nobody_is_refused(tmp_path: Path) -> None:
    product = PRODUCT.model_copy(update={"task": "multiclass", "classes": ("a", "b", "c")})
    (tmp_path / "storm.yaml").write_text("features: {wind: 9}\nexpected: {class: d}")
    with pytest.raises(SixfoldError, match="write one of a, b, c"):
        read_case(tmp_path / "storm.yaml", product)
