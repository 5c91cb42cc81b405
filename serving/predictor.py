"""From validated rows to predictions: features of the request and the online store, the model, the product's answer.

The fallback, where a feature is missing or the store is away: the model gets what it learned to take for a missing one,
a value that the product declares, or NaN. The answer is then a prediction from what is known.
"""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from models.candidate import Signature
from serving.lookup import Found, Lookup
from serving.metrics import Metrics
from serving.model import Model, Score
from sixfold import prediction_log as log
from sixfold.product import ServiceModule

_TURN = 100  # rows between which others have their turn: a millisecond or three
_log = logging.getLogger("sixfold.predictor")
EachT = TypeVar("EachT")


class RowError(Exception):
    """The product's own code raised on a row that its schema accepts."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Asked(NamedTuple):
    """A row as the product's code reads it."""

    entities: dict[str, str]
    label_key: str
    features: dict[str, float]


class Served(NamedTuple):
    """One prediction, as the consumer and the log get it.

    `fallback`: a feature was missing; `features` has None for it.
    """

    prediction_id: str
    time: datetime
    prediction: dict[str, Any]
    score: Score
    entities: dict[str, str]
    label_key: str
    features: dict[str, float | None]
    fallback: bool
    replayed: bool = False
    shadow: bool = False

    def answer(self) -> dict[str, Any]:
        """Return the answer to the consumer."""
        return {"prediction_id": self.prediction_id, "prediction": self.prediction}

    def logged(self) -> dict[str, Any]:
        """Return the columns of the prediction log that this prediction fills."""
        return {
            log.PREDICTION_ID: self.prediction_id,
            log.TIME: self.time,
            log.ENTITIES: to_json(self.entities).decode(),
            log.LABEL_KEY: self.label_key,
            log.FEATURES: to_json(self.features).decode(),
            log.SCORE: max(self.score) if isinstance(self.score, list) else self.score,
            log.SCORES: self.score if isinstance(self.score, list) else None,
            log.FALLBACK: self.fallback,
            log.SHADOW: self.shadow,
            log.LOGGED_AT: datetime.now(UTC),
            log.REPLAYED: self.replayed,
        }


class Predictor:
    """Predicts rows on the event loop: a row takes microseconds, and a batch lets others have their turn.

    Args:
        code: the product's functions.
        signature: the model's inputs.
        model: scores them.
        lookup: reads those that the request does not give.
        metrics: counts predictions, missing features and fallbacks.

    """

    def __init__(
        self, code: ServiceModule, signature: Signature, model: Model, lookup: Lookup, metrics: Metrics
    ) -> None:
        self._code, self._model = code, model
        self._names = signature.features
        self._missing = tuple(signature.missing.get(name, math.nan) for name in signature.features)
        self._unknown: Mapping[str, float | None] = dict.fromkeys(signature.features)
        self._lookup, self._metrics = lookup, metrics

    async def predict(
        self, rows: Sequence[BaseModel], new_id: Callable[[], str], at: datetime | None = None
    ) -> list[Served]:
        """Predict rows, in order; a replay says at which moment of the past.

        Raises:
            RowError: the product's code raised on one.

        """
        asked = [self._ask(number, row) async for number, row in _in_turns(list(enumerate(rows)))]
        found = await self._lookup.read([each.entities for each in asked], at)
        served: list[Served] = []
        known = list(zip(asked, found.rows, strict=True))
        for start in range(0, len(known), _TURN):
            if start:
                await asyncio.sleep(0)
            served += self._scored(known[start : start + _TURN], new_id, at)
        self._count(served, found)
        return served

    def _ask(self, number: int, row: BaseModel) -> Asked:
        code = self._code
        try:
            return Asked(code.entities(row), code.label_key(row), code.request_features(row))
        except Exception as error:
            self._metrics.row_errors.inc()
            _log.warning("the product's code refuses a row that its schema accepts: %r", error)
            raise RowError(number) from error

    def _scored(
        self, known: Sequence[tuple[Asked, Mapping[str, float | None]]], new_id: Callable[[], str], at: datetime | None
    ) -> list[Served]:
        merged = ({**self._unknown, **online, **own} for (_, _, own), online in known)
        features = [tuple([row[name] for name in self._names]) for row in merged]
        scores = self._model.score([self._filled(row) for row in features])
        now = at or datetime.now(UTC)
        return [
            Served(
                new_id(),
                now,
                self._code.predict(score).model_dump(mode="json"),
                score,
                asked.entities,
                asked.label_key,
                dict(zip(self._names, given, strict=True)),
                None in given,
                at is not None,
            )
            for (asked, _), score, given in zip(known, scores, features, strict=True)
        ]

    def _filled(self, row: Sequence[float | None]) -> list[float]:
        return [missing if value is None else value for value, missing in zip(row, self._missing, strict=True)]

    def _count(self, served: Sequence[Served], found: Found) -> None:
        self._metrics.predictions.inc(len(served))
        self._metrics.feature_rows(found.source).inc(len(served))
        without = [each.features for each in served if each.fallback]
        if not without:
            return
        answered = found.source != "nowhere"
        self._metrics.fallback("missing" if answered else "store").inc(len(without))
        if answered:  # a store that is away says nothing about single features
            missing = Counter(name for features in without for name, value in features.items() if value is None)
            for name, rows in missing.items():
                self._metrics.missing(name).inc(rows)


async def _in_turns(rows: Sequence[EachT]) -> AsyncIterator[EachT]:
    for place, row in enumerate(rows):
        if place and not place % _TURN:
            await asyncio.sleep(0)
        yield row
