"""A steering campaign on real Iceberg tables: a good candidate goes on and a bad one back, whatever callers send."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from delivery.rollout.decision import Judgement, Requests, Verdict, judge
from delivery.rollout.evidence import Stage, compared, weigh
from models.aws import open_catalog
from monitoring.evaluation.run import Evaluator
from monitoring.evaluation.source import Source
from serving.tables import writer
from sixfold.contract import load_product
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import FEEDBACK, PREDICTIONS
from tests.attacks import _campaign as campaign
from tests.attacks.conftest import Note

PRODUCT = load_product(Path(__file__).parents[2] / "products/flight_delays/product.yaml")
LABELS = pa.schema([("flight_id", pa.string()), ("known_at", pa.timestamp("us", tz="UTC")), ("late", pa.bool_())])
FINE = Requests(all=5000, failed=2, slow=10)
COUNTED = {
    f"{campaign.SENT} made-up flights by unknown, inverted labels": {
        "prediction_unknown": 2 * campaign.SENT, "feedback_unknown": campaign.SENT,
    },
    f"{campaign.SENT} made-up flights by rebooking, inverted labels": {"feedback_only": 500},  # by now
    f"{campaign.SENT} made-up flights by gate-planning, inverted labels": {"feedback_only": 500},
    "predictions of another consumer": {"feedback_foreign": campaign.HONEST // 2},
    "random ids": {"label_unknown": campaign.HONEST // 2},
    "labels that are none": {"label_invalid": campaign.SENT},
}  # fmt: skip


@pytest.fixture
def send(platform: PlatformRefs, tmp_path: Path) -> Callable[[campaign.Sent], None]:
    """A function that writes what was sent as the service does, and the labels as the lake's load does."""

    def send(sent: campaign.Sent) -> None:
        for table, columns, rows in (
            ("flight_delays", PREDICTIONS, sent.predictions),
            ("feedback_flight_delays", FEEDBACK, sent.feedback),
        ):
            if rows:
                writer(platform, tmp_path, table, columns)(rows)
        if sent.labels:
            table = open_catalog(platform).create_table_if_not_exists(("labels", "flight_delays"), LABELS)
            table.append(pa.Table.from_pylist(sent.labels, LABELS))

    return send


def judged(platform: PlatformRefs, candidate: str) -> Judgement:
    stage = Stage("v1", campaign.LIVE, candidate, campaign.START, campaign.NOW)
    seen = weigh(PRODUCT, compared(Source(platform, PRODUCT), PRODUCT, stage))
    return judge(PRODUCT, seen._replace(live=FINE, candidate=FINE), 5)


@pytest.mark.parametrize(("candidate", "honest"), [(campaign.BAD, Verdict.ROLL_BACK), (campaign.GOOD, Verdict.PROMOTE)])
def test_no_caller_turns_the_verdict(
    platform: PlatformRefs, send: Callable[[campaign.Sent], None], note: Note, candidate: str, honest: Verdict
) -> None:
    rollout = f"rollout of a {'bad' if candidate == campaign.BAD else 'good'} candidate"
    send(campaign.honest(candidate))
    before = judged(platform, candidate)
    assert before.verdict is honest
    *labels, (wrong, rows) = campaign.attacks(candidate)
    for name, sent in labels:
        send(sent)
        after = judged(platform, candidate)
        note(name, rollout, f"{before.verdict}, then {after.verdict}")
        assert (name, after.verdict, after.numbers.metric) == (name, honest, before.numbers.metric)
    send(rows)  # wrong rows for known keys have true labels: they may delay a verdict
    after = judged(platform, candidate)
    note(wrong, rollout, f"{before.verdict}, then {after.verdict}")
    assert after.verdict in {honest, Verdict.HOLD}


def test_each_attack_is_counted(platform: PlatformRefs, send: Callable[[campaign.Sent], None]) -> None:
    evaluator = Evaluator(PRODUCT, Source(platform, PRODUCT))
    send(campaign.honest(campaign.BAD))
    before: dict[str, Any] = {}
    for name, sent in campaign.attacks(campaign.BAD):
        send(sent)
        found = evaluator.run(campaign.NOW)
        assert found
        grown = {kind: count - before.get(kind, 0) for kind, count in found.counts.items()}
        assert all(grown[kind] >= count for kind, count in COUNTED.get(name, {}).items()), (name, grown)
        before = found.counts


def test_strangers_change_no_live_figure(platform: PlatformRefs, send: Callable[[campaign.Sent], None]) -> None:
    evaluator = Evaluator(PRODUCT, Source(platform, PRODUCT))
    send(campaign.honest(campaign.BAD))
    figures = []
    for sent in (campaign.Sent([], [], []), next(campaign.attacks(campaign.BAD))[1]):
        send(sent)
        found = evaluator.run(campaign.NOW)
        assert found
        figures.append([each.model_dump_json() for each in found.figures])
    assert figures[0] == figures[1]
