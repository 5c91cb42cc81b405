from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery.feedback.triage import case_of
from monitoring.report import Report
from sixfold.cases import Expected
from sixfold.contract import Log, Product, load_product
from sixfold.errors import SixfoldError

PRODUCT = load_product(Path(__file__).parents[4] / "products" / "flight_delays" / "product.yaml")
ROW = {"features": '{"age": 30.0, "temp": null}', "entities": '{"person": "p1", "origin": "JFK"}', "score": 0.9}
REPORT = Report(
    "a" * 32, datetime.now(UTC), "rebooking", "v1", "odd", "b" * 32, prediction={**ROW, "release": "c" * 64}
)
EXPECTED = Expected(at_most=0.5)


def _with_personal(*names: str) -> Product:
    return PRODUCT.model_copy(update={"log": Log(personal=names)})


def test_personal_entities_stay_out_of_a_case() -> None:
    assert case_of(_with_personal("person"), REPORT, EXPECTED).entities == {"origin": "JFK"}
    assert case_of(_with_personal("entities"), REPORT, EXPECTED).entities == {}


@pytest.mark.parametrize("name", ["age", "features"])
def test_a_report_with_personal_features_becomes_no_case(name: str) -> None:
    with pytest.raises(SixfoldError, match=f"{name} of report aaaaaaaa is personal"):
        case_of(_with_personal(name), REPORT, EXPECTED)


def test_a_report_whose_prediction_is_not_logged_becomes_no_case() -> None:
    with pytest.raises(SixfoldError, match="has no row of the prediction"):
        case_of(PRODUCT, Report("a" * 32, datetime.now(UTC), "r", "v1", "odd", "b"), EXPECTED)
