"""A steering campaign: requests and feedback that are to turn the verdict of a rollout, as the service logs them.

The honest part is 600 requests of both consumers over twelve hours, each scored by both releases, with the label of
each in the label table. An attack adds to it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

START = datetime(2013, 10, 1, tzinfo=UTC)
NOW = START + timedelta(hours=30)
LIVE, GOOD, BAD = ("a" * 64, "b" * 64, "c" * 64)
HONEST, SENT = 600, 600
CONSUMERS = ("rebooking", "gate-planning")
Row = dict[str, Any]


class Sent(NamedTuple):
    """Rows of the prediction log, of the feedback, and of the label table."""

    predictions: list[Row]
    feedback: list[Row]
    labels: list[Row]

    def plus(self, other: "Sent") -> "Sent":
        return Sent(*(mine + its for mine, its in zip(self, other, strict=True)))


def _scores(truth: np.ndarray, noise: float, random: np.random.Generator) -> np.ndarray:
    logits = np.log(truth / (1 - truth)) + random.normal(0, noise, len(truth))
    scores: np.ndarray = 1 / (1 + np.exp(-logits))
    return scores


def _asked(name: str, rows: int, consumers: tuple[str, ...], seed: int, candidate: str) -> tuple[list[Row], np.ndarray]:
    """Return both predictions of each request, the live one first, and the chance of being late of each request."""
    random = np.random.default_rng(seed)
    truth = random.beta(2, 3, rows)
    scores = {LIVE: _scores(truth, 0.3, random), candidate: _scores(truth, 0.3 if candidate == GOOD else 2.5, random)}
    predictions = [
        {
            "prediction_id": f"{name}-{release[0]}-{n}", "time": START + timedelta(hours=12 * n / rows),
            "product": "flight-delays", "api_version": "v1", "release": release,
            "consumer": consumers[n % len(consumers)], "entities": '{"origin": "JFK", "carrier": "AA"}',
            "label_key": f"{name}-{n}", "features": '{"temp": 50.0}',
            "score": float(scores[release][n]), "fallback": False, "shadow": release != LIVE,
            "logged_at": datetime.now(UTC), "replayed": True,
        }
        for n in range(rows)
        for release in (LIVE, candidate)
    ]  # fmt: skip
    return predictions, truth


def honest(candidate: str) -> Sent:
    predictions, truth = _asked("flight", HONEST, CONSUMERS, 1, candidate)
    late = np.random.default_rng(9).random(HONEST) < truth
    known = [
        {"flight_id": f"flight-{n}", "known_at": START + timedelta(hours=12 * n / HONEST + 3), "late": bool(late[n])}
        for n in range(HONEST)
    ]
    return Sent(predictions, [], known)


def _tell(predictions: list[Row], by: str, label: Any, hours: float = 1) -> list[Row]:
    about = {"product": "flight-delays", "api_version": "v1", "consumer": by}
    return [
        about | {"prediction_id": row["prediction_id"], "time": row["time"] + timedelta(hours=hours),
                 "label": float(label(row["score"]))}
        for row in predictions if row["release"] == LIVE
    ]  # fmt: skip


def attacks(candidate: str) -> Iterator[tuple[str, Sent]]:
    """Yield each attack on a rollout by its name: labels against the live release promote, labels for it roll back."""
    against = candidate == BAD
    live_scores = [row["score"] for row in honest(candidate).predictions if row["release"] == LIVE]
    middle = float(np.median(live_scores))

    def wrong(score: float) -> bool:
        return (score < middle) if against else (score > middle)

    for who in ("unknown", *CONSUMERS):
        made, _ = _asked(f"made-up-{who}", SENT, (who,), 5, candidate)
        yield f"{SENT} made-up flights by {who}, inverted labels", Sent(made, _tell(made, who, wrong), [])
    own = [row for row in honest(candidate).predictions if row["consumer"] == "rebooking"][: 2 * SENT]
    yield (
        "own flights, before and after the real label",
        Sent([], [*_tell(own, "rebooking", wrong), *_tell(own, "rebooking", wrong, hours=9)], []),
    )
    others = [row for row in honest(candidate).predictions if row["consumer"] == "gate-planning"][: 2 * SENT]
    yield "predictions of another consumer", Sent([], _tell(others, "rebooking", wrong), [])
    random_ids = [row | {"prediction_id": f"{n:032x}"} for n, row in enumerate(own)]
    yield "random ids", Sent([], _tell(random_ids, "rebooking", wrong), [])
    made, _ = _asked("odd", SENT, ("rebooking",), 6, candidate)
    yield "labels that are none", Sent(made, _tell(made, "rebooking", lambda score: 2 if wrong(score) else 0.5), [])
    made, _ = _asked("wrong", SENT, ("rebooking",), 7, candidate)
    known = [
        row | {"label_key": f"flight-{n // 2 * HONEST // SENT}", "time": row["time"] + timedelta(seconds=1)}
        for n, row in enumerate(made)
    ]
    yield "wrong rows for known keys", Sent(known, [], [])
