from datetime import UTC, datetime

from serving.predictor import Served
from sixfold.outputs import feedback_table, owner_of
from sixfold.prediction_log import API_VERSION, CONSUMER, PREDICTIONS, PRODUCT, RELEASE, REPORTS_TABLE
from tests.unit.serving.conftest import facts


def test_a_prediction_and_its_release_fill_every_column_of_the_log() -> None:
    served = Served("id", datetime.now(UTC), {}, 0.5, {"origin": "JFK"}, "key", {"f": None}, fallback=True)
    assert {*served.logged(), PRODUCT, API_VERSION, RELEASE, CONSUMER} == PREDICTIONS.keys()


def test_every_table_of_a_products_log_names_its_product() -> None:
    platform = facts("http://127.0.0.1:9")
    tables = ("flight_delays", feedback_table("flight_delays"), platform.table("flight_delays", REPORTS_TABLE)[1])
    assert {owner_of(table)[0] for table in tables} == {"flight-delays"}
