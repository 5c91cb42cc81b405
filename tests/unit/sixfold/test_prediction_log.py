from datetime import UTC, datetime

from serving.predictor import Served
from sixfold.prediction_log import API_VERSION, CONSUMER, PREDICTIONS, PRODUCT, RELEASE


def test_a_prediction_and_its_release_fill_every_column_of_the_log() -> None:
    served = Served("id", datetime.now(UTC), {}, 0.5, {"origin": "JFK"}, "key", {"f": None}, fallback=True)
    assert {*served.logged(), PRODUCT, API_VERSION, RELEASE, CONSUMER} == PREDICTIONS.keys()
