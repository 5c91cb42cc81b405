"""From validated rows to predictions: features of the request and the online store, the model, the product's answer.

The fallback, where a feature is missing or the store is away: the model gets what it learned to take for a missing one,
a value that the product declares, or NaN. The answer is then a prediction from what is known.
"""

import json
import math
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel

from models.candidate import Signature
from serving.lookup import Lookup
from serving.metrics import Metrics
from serving.model import Model, Score
from sixfold import prediction_log as log
from sixfold.product import ServiceModule


class Served(NamedTuple):
    """One prediction, as the consumer and the log get it. `features` has None where the fallback was used."""

    prediction_id: str
    time: datetime
    prediction: dict[str, Any]
    score: Score
    entities: dict[str, str]
    label_key: str
    features: dict[str, float | None]
    replayed: bool = False
    shadow: bool = False

    @property
    def fallback(self) -> bool:
        """Whether a feature was missing."""
        return None in self.features.values()

    def answer(self) -> dict[str, Any]:
        """Return the answer to the consumer."""
        return {"prediction_id": self.prediction_id, "prediction": self.prediction}

    def logged(self) -> dict[str, Any]:
        """Return the columns of the prediction log that this prediction fills."""
        return {
            log.PREDICTION_ID: self.prediction_id,
            log.TIME: self.time,
            log.ENTITIES: json.dumps(self.entities),
            log.LABEL_KEY: self.label_key,
            log.FEATURES: json.dumps(self.features),
            log.SCORE: max(self.score) if isinstance(self.score, list) else self.score,
            log.SCORES: self.score if isinstance(self.score, list) else None,
            log.FALLBACK: self.fallback,
            log.SHADOW: self.shadow,
            log.LOGGED_AT: datetime.now(UTC),
            log.REPLAYED: self.replayed,
        }


class Predictor:
    """Predicts rows; every call is thread-safe.

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
        self._features = {name: signature.missing.get(name, math.nan) for name in signature.features}
        self._lookup, self._metrics = lookup, metrics

    def predict(self, rows: Sequence[BaseModel], at: datetime | None = None) -> list[Served]:
        """Predict rows, in order; a replay says at which moment of the past."""
        entities = [self._code.entities(row) for row in rows]
        read = self._lookup.read(entities, at)
        known = [
            {**online, **self._code.request_features(row)}
            for row, online in zip(rows, read or [{}] * len(rows), strict=True)
        ]
        features = [{name: row.get(name) for name in self._features} for row in known]
        scores = self._model.score([self._filled(row) for row in features])
        now = at or datetime.now(UTC)
        served = [
            Served(
                prediction_id=str(uuid.uuid4()),
                time=now,
                prediction=self._code.predict(score).model_dump(mode="json"),
                score=score,
                entities=keys,
                label_key=self._code.label_key(row),
                features=given,
                replayed=at is not None,
            )
            for row, score, keys, given in zip(rows, scores, entities, features, strict=True)
        ]
        self._count(served, answered=read is not None)
        return served

    def _filled(self, row: Mapping[str, float | None]) -> list[float]:
        return [missing if (value := row[name]) is None else value for name, missing in self._features.items()]

    def _count(self, served: Sequence[Served], *, answered: bool) -> None:
        self._metrics.predictions.inc(len(served))
        for each in served:
            if each.fallback:
                self._metrics.fallback("missing" if answered else "store").inc()
            if each.fallback and answered:  # a store that is away says nothing about single features
                for name, value in each.features.items():
                    if value is None:
                        self._metrics.missing(name).inc()
