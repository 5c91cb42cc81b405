"""`POST /feedback`: what turned out, from who got the prediction and may say so."""

from http import HTTPStatus
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from serving.body import read_json
from serving.http import Answer, Request, answer_json
from serving.parsing import parse
from serving.problems import Problem
from serving.replays import replayed_at
from serving.runtime import Runtime
from sixfold.contract import UNKNOWN
from sixfold.labels import number_of
from sixfold.wire import AUTHORIZATION


class Feedback(BaseModel):
    """Observed outcome of a prediction. `label` is a number, for a yes or no 1 or 0, or the name of a class."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prediction_id: UUID
    label: float | str


_FEEDBACK = TypeAdapter(Feedback)


async def feedback(request: Request, runtime: Runtime) -> Answer:
    """Log the observed outcome of a prediction."""
    status, consumer = HTTPStatus.INTERNAL_SERVER_ERROR, UNKNOWN
    try:
        at, consumer = replayed_at(request, runtime), runtime.callers.consumer(request.header(AUTHORIZATION))
        runtime.rates.take(consumer)
        given, label = await _hear(request, runtime, consumer)
        runtime.feed_back(given.prediction_id, label, consumer, at)
        status = HTTPStatus.ACCEPTED
    except Problem as problem:
        status = problem.status
        raise
    finally:
        runtime.metrics.feedback(consumer, str(status.value)).inc()
    return answer_json({"prediction_id": str(given.prediction_id)}, status)


async def _hear(request: Request, runtime: Runtime, consumer: str) -> tuple[Feedback, float]:
    """Return the feedback of a consumer, and its label as a number.

    Raises:
        Problem: 403, its labels do not count; 404, it did not get this prediction; 422, it says no label.

    """
    product = runtime.product
    if consumer not in product.tellers:
        detail = f"labels of {consumer} do not count here: the contract of {product.name} says whose do"
        raise Problem(HTTPStatus.FORBIDDEN, detail)
    given = parse(await read_json(request), _FEEDBACK)
    try:
        label = number_of(product, given.label)
    except ValueError as error:
        fault = {"pointer": "#/label", "detail": str(error)}
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors=[fault]) from None
    if not runtime.callers.issued(given.prediction_id, consumer):
        raise Problem(HTTPStatus.NOT_FOUND, f"{consumer} got no prediction of this id from {product.name}")
    return given, label
