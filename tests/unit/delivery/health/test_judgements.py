"""Each answer of a stack is judged by a pure function; what is amiss says what to type."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from delivery.health import alerts, cloud, cluster, disk, edge, processes, releases
from delivery.health.finding import Finding
from monitoring.exporter import TableFacts
from monitoring.prometheus import Sample
from sixfold.contract import Product, load_product
from sixfold.outputs import ServedRelease, ServedVersion
from sixfold.versions import Status
from tests.unit.delivery._stacks import PLATFORM, RELEASE

UP, LOG = "`make up`", Path("aws.log")
PROCESS = processes.Process("aws", "aws-1234")
LIVE = releases.Live("flight-delays", "v1", ServedRelease(release=RELEASE, weight=100))
RUNS = {"statename": "RUNNING", "start": 1000, "now": 1000 + 7200}


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[4] / "products/flight_delays/product.yaml")


def process(info: dict[str, object] | None, ends: int = 0, problem: str | None = None) -> Finding:
    return processes.judge(PROCESS, info, ends, problem, up=UP, log=LOG)


def test_a_process_that_answers_says_since_when_and_how_often_it_ended() -> None:
    assert process(RUNS) == Finding("process", "aws", well=True, says="answers, for 2 h")
    assert process(RUNS, 1).says == "answers, for 2 h, ended unexpectedly 1 times within the hour"


@pytest.mark.parametrize(
    ("info", "ends", "problem", "says"),
    [
        (None, 0, None, "not running"),
        ({"statename": "FATAL"}, 0, None, "fatal"),
        (RUNS, 0, "does not answer within 2 s: it hangs", "runs, and does not answer within 2 s: it hangs"),
        (RUNS | {"now": 1005}, 5, None, "answers, for 5 s, ended unexpectedly 5 times within the hour"),
    ],
)
def test_a_process_that_is_gone_hangs_or_crashes_again_and_again_is_amiss(
    info: dict[str, object] | None, ends: int, problem: str | None, says: str
) -> None:
    finding = process(info, ends, problem)
    assert (finding.well, finding.says, UP in str(finding.remedy)) == (False, says, True)


def test_ends_that_were_asked_for_and_those_of_long_ago_are_not_counted() -> None:
    now = datetime.now().astimezone()
    lines = [(now, "terminated by SIGKILL; not expected"), (now - timedelta(hours=2), "exit status 1; not expected")]
    lines += [(now, "exit status 0; expected")]
    log = "".join(f"{at:%Y-%m-%d %H:%M:%S},123 WARN exited: aws-1234 ({how})\n" for at, how in lines)
    assert processes.unexpected_ends(log, "aws-1234", datetime.now(UTC) - timedelta(hours=1)) == 1
    assert processes.unexpected_ends(log, "aws", datetime.now(UTC) - timedelta(hours=9)) == 0


def test_a_release_that_answers_as_another_one_is_amiss(product: Product) -> None:
    (finding,) = releases.judge(LIVE, releases.Figures("b" * 12, 0, 0), product, UP)
    assert (finding.well, finding.says) == (False, "bbbbbbbbbbbb answers at its address")


@pytest.mark.parametrize(("waiting", "hours", "amiss"), [(3, 1, []), (20_000, 1, ["log"]), (0, 1000, ["store"])])
def test_rows_that_wait_and_features_that_are_old_are_amiss(
    product: Product, waiting: int, hours: float, amiss: list[str]
) -> None:
    findings = list(releases.judge(LIVE, releases.Figures(RELEASE[:12], waiting, hours * 3600), product, UP))
    assert [each.area for each in findings if not each.well] == amiss


def test_the_figures_of_a_release_are_read_from_its_metrics() -> None:
    text = (
        'sixfold_prediction_log_pending{release="abc",table="a"} 2\n'
        'sixfold_prediction_log_pending{release="abc",table="b"} 3\nsixfold_feature_freshness_seconds 60\n'
    )
    assert releases.figures_of(text) == ("abc", 5, 60)


def test_an_aws_that_forgot_is_amiss_though_it_answers() -> None:
    finding = cloud.judge_aws(None, ["s3://lake", "the database raw"], UP)
    assert (finding.well, finding.says) == (False, "answers, and has forgotten s3://lake, the database raw")
    assert cloud.judge_aws("hangs", [], UP).says == "hangs"
    assert cloud.judge_aws(None, [], UP).well


def test_a_product_without_tables_or_with_an_empty_one_is_amiss(product: Product) -> None:
    tables = [TableFacts("curated", product.name, "flights", rows, {}) for rows in (5, 0)]
    says = [next(cloud.judge_lake(facts, [product], UP)).says for facts in (tables[:1], tables, [])]
    assert says == ["1 tables, 5 rows", "curated.flights empty", "no tables"]


def test_online_tables_are_counted_for_each_product(product: Product) -> None:
    names = ["it__flight_delays.carrier_history", "it__other.x"]
    assert next(cloud.judge_store(names, PLATFORM, [product], UP)).says == "1 online tables"
    assert not next(cloud.judge_store([], PLATFORM, [product], UP)).well


def test_an_alert_that_fires_names_its_runbook() -> None:
    sample = Sample({"alertname": "TargetDown", "severity": "page", "product": "flight-delays"}, 1)
    (finding,) = alerts.judge([sample])
    assert finding[2:] == (False, "page: fires for flight-delays", "docs/runbooks/TargetDown.md")
    assert [each.well for each in alerts.judge([])] == [True]


def test_a_disk_is_amiss_before_it_is_full() -> None:
    assert [disk.judge(free, 10 << 30, Path("/home")).well for free in (2 << 30, 1 << 20)] == [True, False]


def test_an_api_version_that_does_not_answer_at_the_edge_is_amiss() -> None:
    version = ServedVersion(version="v1", url="http://edge", status=Status.CURRENT, releases=(LIVE.release,))
    assert edge.judge("p v1", version, None, UP).well
    assert edge.judge("p v1", version, "answers 503", UP).says == "answers 503"


@pytest.mark.parametrize(("problem", "well"), [("answers 410", True), ("answers 502", False), (None, False)])
def test_a_retired_version_is_well_where_it_answers_410(problem: str | None, *, well: bool) -> None:
    ended = ServedVersion(version="v1", url="http://edge", status=Status.RETIRED, releases=(LIVE.release,))
    assert edge.judge("p v1", ended, problem, UP).well is well


def test_pods_that_are_not_ready_or_restart_again_and_again_are_amiss() -> None:
    def pod(name: str, ready: str, restarts: int) -> dict[str, object]:
        containers = [{"restartCount": restarts}]
        conditions = [{"type": "Ready", "status": ready}]
        status = {"phase": "Running", "conditions": conditions, "containerStatuses": containers}
        return {"metadata": {"name": name}, "status": status}

    items = [pod("a", "True", 0), pod("b", "False", 0), pod("c", "True", 9)]
    assert [each.name for each in cluster.judge_pods("ns", {"items": items}, "kubectl")] == ["b", "c"]
    assert [each.says for each in cluster.judge_pods("ns", {"items": items[:1]}, "kubectl")] == ["1 pods, all ready"]
    assert [each.well for each in cluster.judge_pods("ns", {"items": []}, "kubectl")] == [False]
