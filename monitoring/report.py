"""A report of an unexpected prediction, with its decisions, its logged prediction and that one's labels."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sixfold import prediction_log as log

OPEN, LABELLED, CASE, CLOSED = "open", "labelled", "case", "closed"
Row = Mapping[str, Any]


class Decision(NamedTuple):
    """A decision on a report: `detail` is the label, the name of the case, or the reason."""

    at: datetime
    state: str
    detail: str
    by: str


class Label(NamedTuple):
    """A label of the reported prediction: `origin` is the label table, or the consumer whose feedback it is."""

    value: float | str | bool | None
    known_at: datetime
    origin: str


@dataclass(frozen=True)
class Report:
    """A report and the prediction that it is about.

    `prediction` is a row of the prediction log; None where it has none yet, which takes seconds, or has none any more.
    """

    id: str
    at: datetime
    consumer: str
    version: str
    comment: str
    prediction_id: str
    decisions: tuple[Decision, ...] = ()
    prediction: Row | None = None
    labels: tuple[Label, ...] = ()

    @property
    def state(self) -> str:
        """State after the newest decision."""
        return self.decisions[-1].state if self.decisions else OPEN

    def has(self, state: str, detail: str) -> bool:
        """Return whether this was decided before."""
        return any((each.state, each.detail) == (state, detail) for each in self.decisions)

    @property
    def score(self) -> float | list[float] | None:
        """Score of the prediction; of several classes the probability of each."""
        row = self.prediction or {}
        return row.get(log.SCORES) or row.get(log.SCORE)

    def document(self) -> dict[str, Any]:
        """Return the report as values for JSON."""
        row = self.prediction or {}
        return {
            "report_id": self.id,
            "at": self.at.isoformat(),
            "consumer": self.consumer,
            "api_version": row.get(log.API_VERSION, self.version),
            "release": row.get(log.RELEASE),
            "prediction_id": self.prediction_id,
            "predicted_at": row[log.TIME].isoformat() if row else None,
            "entities": json.loads(row.get(log.ENTITIES) or "null"),
            "features": json.loads(row.get(log.FEATURES) or "null"),
            "score": self.score,
            "fallback": row.get(log.FALLBACK),
            "comment": self.comment,
            "state": self.state,
            "decisions": [each._asdict() | {"at": each.at.isoformat()} for each in self.decisions],
            "labels": [each._asdict() | {"known_at": each.known_at.isoformat()} for each in self.labels],
        }
