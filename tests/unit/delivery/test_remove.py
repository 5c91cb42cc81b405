"""`sixfold remove` of a product whose folder is gone already: what the stack knows of it is enough."""

from pathlib import Path
from typing import Any

import pytest

from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.remove import carry_out, plan
from delivery.reporter import Silent
from delivery.traffic import Traffic
from models import aws
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision
from sixfold.stack import read
from tests.unit.delivery._stacks import RELEASE, Engine, file_of, platform_at

NAME = "seattle-tmax"
KEYS = ("steps/seattle_tmax/load.json", "raw/seattle_tmax__days/a.parquet", "steps/seattle_tmax_two/load.json")


@pytest.fixture
def traffic(moto: str, tmp_path: Path) -> Traffic:
    """A stack with one product, a ledger of it, and objects of it and of another."""
    platform = platform_at(moto)
    for key in KEYS:
        aws.s3(platform).put_object(Bucket="lake", Key=key, Body=b"")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(file_of(NAME))
    (tmp_path / ".sixfold" / "candidates" / NAME).mkdir(parents=True)
    stack = LiveStack(Project(tmp_path, tmp_path / ".sixfold"), "local", Silent())
    stack.engine = Engine(stack.file, platform)  # type: ignore[assignment] # has what a removal calls
    traffic = Traffic.of(stack, Silent())
    traffic.record_what_is_live(NAME, Decision(by="somebody", verdict="release", reason="start"))
    return traffic


def keys(traffic: Traffic) -> list[str]:
    return [each["Key"] for each in aws.s3(traffic.stack.platform).list_objects_v2(Bucket="lake").get("Contents", [])]


def test_the_plan_names_what_goes_and_what_stays_and_changes_nothing(traffic: Traffic) -> None:
    document = plan(traffic, NAME).document()
    assert document["keeps"] == {"published releases": ["0"], "ledger entries": ["1"], "files of this machine": []}
    deletes: Any = document["deletes"]
    assert deletes["releases that answer"] == [f"v1 {RELEASE[:12]} 100%"]
    assert deletes["records of steps"] == ["steps/seattle_tmax/load.json"]
    assert deletes["files of this machine"] == [str(traffic.stack.project.candidate(NAME))]
    assert NAME in traffic.stack.file.read_text()


def test_a_removed_product_is_in_no_file_object_or_table_and_the_ledger_says_so(traffic: Traffic) -> None:
    carry_out(traffic, plan(traffic, NAME))
    assert read(traffic.stack.file).products == {}
    assert keys(traffic) == ["steps/seattle_tmax_two/load.json"]
    assert not traffic.stack.project.candidate(NAME).exists()
    last = traffic.ledger.entries(NAME)[-1]
    assert (last.decision.verdict, last.versions) == ("remove", {})


def test_nothing_is_deleted_before_the_releases_have_stopped(traffic: Traffic) -> None:
    engine: Any = traffic.stack.engine
    engine.stops = True
    with pytest.raises(SixfoldError, match="stopped"):
        carry_out(traffic, plan(traffic, NAME))
    assert len(keys(traffic)) == len(KEYS)
    engine.stops = False
    carry_out(traffic, plan(traffic, NAME))  # the file names it no longer, the last apply does
    assert (engine.applies, len(keys(traffic))) == (1, 1)


def test_a_second_removal_finds_nothing_and_applies_nothing(traffic: Traffic) -> None:
    carry_out(traffic, plan(traffic, NAME))
    assert plan(traffic, NAME).is_empty


@pytest.mark.parametrize("name", ["seattle", "seattle_tmax", "feedback-seattle-tmax", ""])
def test_a_product_that_the_stack_never_had_is_answered_with_those_that_it_has(traffic: Traffic, name: str) -> None:
    with pytest.raises(
        SixfoldError, match=r"(?s)no product '.*' in the stack 'local'.*name one of these: seattle-tmax"
    ):
        plan(traffic, name)


def test_files_that_another_stack_shares_are_kept(traffic: Traffic) -> None:
    (traffic.stack.file.parent / "Pulumi.dev.yaml").write_text(file_of(NAME))
    removal = plan(traffic, NAME)
    assert removal.files.own == ()
    assert removal.keeps()["files of this machine"] == [
        f"{traffic.stack.project.candidate(NAME)} (stack dev names the product too)"
    ]


def test_a_candidate_is_the_products_that_it_names_whatever_its_folder_is_called(traffic: Traffic) -> None:
    for folder, product in (("demo", NAME), ("other", "other")):
        (path := traffic.stack.project.candidate(folder)).mkdir()
        (path / "candidate.json").write_text(f'{{"product": "{product}"}}')
    assert [path.name for path in plan(traffic, NAME).files.own] == ["demo", NAME]


def test_the_logs_of_a_product_are_those_of_its_releases(traffic: Traffic) -> None:
    (logs := traffic.stack.project.home / "run" / "logs").mkdir(parents=True)
    mine, others = f"{NAME}-v1-0123abcd-89abcdef.log", f"{NAME}-two-v1-0123abcd-89abcdef.log"
    for name in (mine, others, "edge-0123abcd.log"):
        (logs / name).touch()
    assert [path.name for path in plan(traffic, NAME).files.own if path.suffix == ".log"] == [mine]


def test_an_aws_that_is_away_is_an_error_with_a_remedy(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = traffic.stack.engine
    engine.platform = engine.platform.model_copy(update={"aws_endpoint": "http://127.0.0.1:9"})
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    traffic.stack._outputs = None
    with pytest.raises(SixfoldError, match=r"(?s)AWS of the stack 'local' does not do it.*run the same command again"):
        plan(traffic, NAME)


def test_a_rollback_does_not_go_back_to_nothing(traffic: Traffic) -> None:
    entered = traffic.ledger.entries(NAME)[-1].at
    carry_out(traffic, plan(traffic, NAME))
    assert traffic._before(NAME).at == entered
