"""`POST /feedback`: the outcome of a prediction, a report that it was unexpected, or both.

Both come from the consumer who got the prediction. A label counts only where the contract hears that consumer. A report
is no label, so every consumer may send one.
"""

from http import HTTPStatus
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator

from serving.body import read_json
from serving.http import Answer, Request, answer_json
from serving.parsing import parse
from serving.problems import Problem
from serving.replays import replayed_at
from serving.runtime import Runtime
from sixfold.consumers import UNKNOWN
from sixfold.labels import number_of
from sixfold.wire import AUTHORIZATION

MAX_COMMENT = 2_000
PRINTABLE = r"^[^\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$"
"""Comments: no control character but a newline, and none that turns the direction of the text after it."""
Comment = Annotated[str, Field(min_length=1, max_length=MAX_COMMENT, pattern=PRINTABLE)]


class Feedback(BaseModel):
    """Feedback on a prediction: `label`, `unexpected` or both.

    `label` is the observed outcome: a number, for a yes or no 1 or 0, or the name of a class. `unexpected` says why the
    prediction is not the one that the consumer expected.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    prediction_id: UUID
    label: float | str | None = None
    unexpected: Comment | None = None

    @field_validator("label", "unexpected", mode="before")
    @classmethod
    def _is_not_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("null says nothing: leave the key out, or give it a value")
        return value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.label is None and self.unexpected is None:
            raise ValueError("send `label`, `unexpected` or both")
        return self


_FEEDBACK = TypeAdapter(Feedback)


async def feedback(request: Request, runtime: Runtime) -> Answer:
    """Log the observed outcome of a prediction, the report of it, or both; one that is refused logs neither."""
    status, consumer = HTTPStatus.INTERNAL_SERVER_ERROR, UNKNOWN
    try:
        at, consumer = replayed_at(request, runtime), runtime.callers.consumer(request.header(AUTHORIZATION))
        runtime.rates.take(consumer)
        given = parse(await read_json(request), _FEEDBACK)
        label = None if given.label is None else _label(runtime, consumer, given.label)
        _require_own(runtime, consumer, given.prediction_id)
        answer = {"prediction_id": str(given.prediction_id)}
        if label is not None:
            runtime.feed_back(given.prediction_id, label, consumer, at)
        if given.unexpected is not None:
            answer["report_id"] = runtime.report(given.prediction_id, given.unexpected, consumer)
        status = HTTPStatus.ACCEPTED
    except Problem as problem:
        status = problem.status
        raise
    finally:
        runtime.metrics.feedback(consumer, str(status.value)).inc()
    return answer_json(answer, status)


def _label(runtime: Runtime, consumer: str, label: float | str) -> float:
    """Return the label of a consumer as a number.

    Raises:
        Problem: 403, labels of this consumer do not count; 422, the task has no such label.

    """
    product = runtime.product
    if consumer not in product.tellers:
        detail = (
            f"labels of {consumer} do not count here: the contract of {product.name} says whose do; "
            "`unexpected` may be sent without one"
        )
        raise Problem(HTTPStatus.FORBIDDEN, detail)
    try:
        return number_of(product, label)
    except ValueError as error:
        fault = {"pointer": "#/label", "detail": str(error)}
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors=[fault]) from None


def _require_own(runtime: Runtime, consumer: str, prediction_id: UUID) -> None:
    """Do nothing where a consumer got this prediction.

    Raises:
        Problem: 404, it did not.

    """
    if not runtime.callers.issued(prediction_id, consumer):
        detail = f"{consumer} got no prediction of this id from {runtime.product.name}"
        raise Problem(HTTPStatus.NOT_FOUND, detail)
