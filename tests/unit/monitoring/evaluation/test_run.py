"""The evaluation on real Iceberg tables, written by the service's own writer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitoring.evaluation.join import compact
from monitoring.evaluation.run import Evaluation, Evaluator
from monitoring.evaluation.source import LogFile, Source, clock
from serving.tables import writer
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import FEEDBACK

WALL = datetime.now(UTC)
START = datetime(2013, 10, 1, tzinfo=UTC)


@pytest.fixture
def evaluator(platform: PlatformRefs, product: Product) -> Evaluator:
    return Evaluator(product, Source(platform, product))


@pytest.fixture
def evaluate(evaluator: Evaluator) -> Callable[[], Evaluation]:
    def evaluate() -> Evaluation:
        found = evaluator.run(WALL)
        assert found
        return found

    return evaluate


@pytest.fixture
def tell(platform: PlatformRefs, tmp_path: Path) -> Callable[..., None]:
    """A function that says of predictions, some hours after the start, that they were late."""

    def tell(*ids: str, hours: float) -> None:
        about = {"product": "flight-delays", "api_version": "v1", "consumer": "rebooking", "label": 1.0}
        rows = [{"prediction_id": each, "time": START + timedelta(hours=hours), **about} for each in ids]
        writer(platform, tmp_path, "feedback_flight_delays", FEEDBACK)(rows)

    return tell


Log = Callable[[list[dict[str, Any]]], None]
Rows = Callable[..., list[dict[str, Any]]]


def test_nothing_predicted_is_nothing_evaluated(platform: PlatformRefs, product: Product) -> None:
    assert Evaluator(product, Source(platform, product)).run(WALL) is None


def test_a_label_in_the_lake_counts_once_it_was_known(
    log: Log, label: Log, evaluate: Callable[[], Evaluation], predictions: Rows, landings: Rows
) -> None:
    today, tomorrow = predictions(600), predictions(10, day=1)
    log(today)
    label(landings([*today, *tomorrow], hours=13))
    before = evaluate().figures[0]
    log(tomorrow)  # with them the product's time moves on
    after = evaluate().figures[0]
    assert (before.labelled, before.state) == (0, "few_labels")
    assert (after.labelled, after.state, after.coverage) == (600, "enough", 1.0)
    assert 0.6 < after.low < after.figure < after.high < 0.9


def test_only_days_that_changed_are_read_again(
    log: Log, label: Log, evaluate: Callable[[], Evaluation], predictions: Rows, landings: Rows
) -> None:
    for day in range(3):
        log(predictions(50, day=day))
        label(landings(predictions(50, day=day), hours=3))
    assert len(evaluate().read) == 3
    assert evaluate().read == ()
    log(predictions(50, day=3))
    assert [day.day for day in evaluate().read] == [3, 4]  # of the third, the last labels arrive after noon


def test_what_a_consumer_feeds_back_is_a_label(
    log: Log, tell: Callable[..., None], evaluate: Callable[[], Evaluation], predictions: Rows
) -> None:
    log(predictions(50))
    tell("a0-1", "a0-2", "nobody", hours=2)
    found = evaluate()
    assert (found.figures[0].labelled, found.counts["label_unknown"]) == (2, 1)


def test_releases_are_apart(log: Log, evaluate: Callable[[], Evaluation], predictions: Rows) -> None:
    log([*predictions(50), *predictions(70, release="b" * 64)])
    found = [(each.release, each.predictions) for each in evaluate().figures if not each.slice]
    assert found == [("a" * 12, 50), ("b" * 12, 70)]


def test_the_clock_of_a_replay_is_its_own() -> None:
    live = LogFile("live", WALL.date(), 1, WALL - timedelta(minutes=5), WALL, replayed=False)
    then = LogFile("then", START.date(), 1, START, WALL - timedelta(minutes=30), replayed=True)
    long_over = then._replace(logged=WALL - timedelta(hours=2))
    assert clock([live, then], WALL) == START
    assert clock([live, long_over], WALL) == live.newest
    assert clock([live._replace(newest=WALL + timedelta(days=1))], WALL) == WALL


def test_a_label_concerns_the_day_of_its_prediction_alone(
    log: Log, label: Log, evaluate: Callable[[], Evaluation], predictions: Rows, landings: Rows
) -> None:
    for day in range(3):
        log(predictions(50, day=day))
    evaluate()
    label(landings(predictions(50, day=1), hours=1))
    assert [day.day for day in evaluate().read] == [2]
    assert evaluate().read == ()


def test_feedback_concerns_the_day_of_its_prediction_alone(
    log: Log, tell: Callable[..., None], evaluate: Callable[[], Evaluation], predictions: Rows
) -> None:
    for day in range(3):
        log(predictions(50, day=day))
    evaluate()
    tell("a2-1", hours=49)
    found = evaluate()
    assert ([day.day for day in found.read], found.figures[0].labelled) == ([3], 1)


def test_a_file_of_the_log_is_read_once(
    log: Log, evaluator: Evaluator, predictions: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(
        "monitoring.evaluation.source.compact",
        lambda task, raw, *more: read.append(raw.height) or compact(task, raw, *more),
    )
    for release in "ab":
        log(predictions(50, release=release * 64))
        assert evaluator.run(WALL)
    assert [rows for rows in read if rows] == [50, 50]


def test_files_are_read_a_few_at_a_time(
    log: Log, platform: PlatformRefs, product: Product, predictions: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.scanning.READ_ROWS", 100)
    for release in "abc":
        log(predictions(50, release=release * 64))
    listing = Source(platform, product).log(START.date())
    assert [part.height for part in listing.read(listing.files)] == [0, 100, 50]


def test_what_failed_half_way_is_read_again_and_counts_once(
    log: Log, evaluator: Evaluator, predictions: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(predictions(50))
    with monkeypatch.context() as broken:
        broken.setattr("monitoring.evaluation.copies.Buckets.flush", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            evaluator.run(WALL)
    found = evaluator.run(WALL)
    assert found
    assert (found.figures[0].predictions, found.counts["prediction_twice"]) == (50, 0)


def test_many_buckets_say_what_one_says(
    log: Log, label: Log, tell: Callable[..., None], platform: PlatformRefs, product: Product, predictions: Rows,
    landings: Rows, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rows = predictions(300)
    label(landings(rows[:250], hours=2))
    label(
        [
            row | {"late": not row["late"], "known_at": row["known_at"] + timedelta(hours=1)}
            for row in landings(rows[:9], hours=2)
        ]
    )
    tell("a0-3", "a0-290", "nobody", hours=14)
    log([*rows, *rows[:20], *predictions(5, day=1)])
    one = Evaluator(product, Source(platform, product)).run(WALL)
    monkeypatch.setattr("monitoring.evaluation.store.DAY_ROWS", 40)
    monkeypatch.setattr("monitoring.evaluation.copies.PART_ROWS", 1)
    many = Evaluator(product, Source(platform, product)).run(WALL)
    assert one
    assert many
    assert [each.model_dump_json() for each in many.figures] == [each.model_dump_json() for each in one.figures]
    assert many.counts == one.counts
    assert (one.counts["label_corrected"], one.counts["prediction_twice"], one.counts["label_unknown"]) == (9, 20, 1)


def test_a_log_that_outgrows_its_buckets_gets_more(
    log: Log, evaluator: Evaluator, predictions: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.evaluation.store.DAY_ROWS", 60)
    found = []
    for release in "abc":
        log(predictions(50, release=release * 64))
        found.append(evaluator.run(WALL))
    assert [each and sum(one.predictions for one in each.figures if not one.slice) for each in found] == [50, 100, 150]


def test_what_a_killed_process_left_on_the_disk_goes(platform: PlatformRefs, product: Product, tmp_path: Path) -> None:
    left = tmp_path / "copy" / "2013-10-01" / "0-0.arrow"
    left.parent.mkdir(parents=True)
    left.touch()
    Evaluator(product, Source(platform, product), tmp_path / "copy")
    assert not left.exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize(
    "damage",
    [_cut, Path.unlink, lambda path: path.write_bytes(b"foreign"), lambda path: path.write_bytes(b"")],
    ids=["cut short", "gone", "foreign", "empty"],
)
def test_a_damaged_copy_is_made_anew(
    log: Log,
    platform: PlatformRefs,
    product: Product,
    predictions: Rows,
    tmp_path: Path,
    damage: Callable[[Path], None],
) -> None:
    evaluator = Evaluator(product, Source(platform, product), tmp_path / "copy")
    log(predictions(50))
    assert evaluator.run(WALL)
    for path in (tmp_path / "copy").rglob("*.arrow"):
        damage(path)
    log(predictions(50, release="b" * 64))
    found = evaluator.run(WALL)
    assert found
    assert [each.predictions for each in found.figures if not each.slice] == [50, 50]


def test_a_file_in_the_place_of_the_copy_goes(
    log: Log, platform: PlatformRefs, product: Product, predictions: Rows, tmp_path: Path
) -> None:
    (tmp_path / "copy").write_text("foreign")
    log(predictions(50))
    assert Evaluator(product, Source(platform, product), tmp_path / "copy").run(WALL)


def test_strangers_and_labels_that_are_none_change_no_figure_and_are_counted(
    log: Log, tell: Callable[..., None], platform: PlatformRefs, tmp_path: Path, evaluate: Callable[[], Evaluation],
    predictions: Rows,
) -> None:  # fmt: skip
    log(predictions(50))
    tell("a0-1", "a0-2", hours=2)
    before = evaluate()
    log([row | {"prediction_id": f"x{row['prediction_id']}", "consumer": "stranger"} for row in predictions(30)])
    about = {"product": "flight-delays", "api_version": "v1", "time": START + timedelta(hours=3)}
    said = [("stranger", 0.0), ("rebooking", 2.0), ("rebooking", 0.5)]
    rows = [about | {"prediction_id": "a0-1", "consumer": who, "label": label} for who, label in said]
    writer(platform, tmp_path, "feedback_flight_delays", FEEDBACK)(rows)
    after = evaluate()
    assert [each.model_dump_json() for each in after.figures] == [each.model_dump_json() for each in before.figures]
    kinds = ("prediction_unknown", "feedback_unknown", "label_invalid")
    assert [after.counts[kind] for kind in kinds] == [30, 1, 2]
