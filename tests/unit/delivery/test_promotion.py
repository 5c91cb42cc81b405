"""A release on its way from a stack to another, in two accounts that know nothing of each other."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from delivery import promotion
from delivery.commands import app
from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.promotion import Proposal, propose, require_welcome, wanted
from delivery.reporter import Silent
from delivery.traffic import Traffic
from models import aws
from models.candidate import Periods, View
from models.candidate import Record as Made
from models.features.online import Freshness, end, project_of
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.registry.archive import pack, tree_digest
from sixfold.registry.ledger import Decision
from sixfold.release import Record
from sixfold.stack import Pin, pin, read, unname
from tests.conftest import serve_moto
from tests.unit.delivery._stacks import RELEASE, Engine, file_of, platform_at

NAME, VIEW, TABLE = "flight-delays", "origin_weather", "curated.features_origin_weather"
BY = Decision(by="ada", verdict="release", reason="by hand")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def other_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second AWS, with other accounts."""
    with serve_moto(tmp_path_factory.mktemp("other-aws")) as url:
        yield url


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in git with the stacks dev and staging."""
    (tmp_path / "stacks").mkdir()
    for stack in ("dev", "staging"):
        (tmp_path / "stacks" / f"Pulumi.{stack}.yaml").write_text(file_of(NAME))
    for command in (["init", "-q"], ["add", "stacks"], ["commit", "-qm", "as it was"]):
        subprocess.run(["git", "-c", "user.name=ada", "-c", "user.email=a@b.c", *command], cwd=tmp_path, check=True)
    for key, value in (("user.name", "ada"), ("user.email", "a@b.c")):
        subprocess.run(["git", "config", key, value], cwd=tmp_path, check=True)
    return Project(tmp_path, tmp_path / ".sixfold")


def traffic_of(project: Project, name: str, address: str) -> Traffic:
    stack = LiveStack(project, name, Silent())
    platform = platform_at(address, name)
    stack.engine = Engine(stack.file, platform)  # type: ignore[assignment] # has its outputs
    return Traffic.of(stack, Silent())


@pytest.fixture
def record(tmp_path: Path, product: Product) -> Record:
    """The record of a release, whose files are in `bento`."""
    made = Made(
        product=NAME, training_key="k", content={}, feature_hash="f", params={}, rows={}, baseline={}, importance={},
        periods=Periods(train_from=NOW, validate_from=NOW, test_from=NOW, test_until=NOW), metrics={}, features=("x",),
        views=(View(name=VIEW, keys=("origin",), features=("x",), table=TABLE, moment="event_timestamp"),),
    )  # fmt: skip
    (source := tmp_path / "bento" / "src").mkdir(parents=True)
    (source / "candidate.json").write_text(made.model_dump_json())
    metrics = {"roc_auc": 0.7, "baseline_roc_auc": 0.6}
    return Record(
        product=product.name, digest=tree_digest(tmp_path / "bento"), created=NOW, git_commit="c", lock_hash="l",
        feature_hash="f", training_key="k", snapshots={}, metrics=metrics,
    )  # fmt: skip


@pytest.fixture
def dev(moto: str, project: Project, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """The stack in which the release answers."""
    monkeypatch.setattr(promotion, "read_cases", lambda *_: {})
    traffic = traffic_of(project, "dev", moto)
    pack(tmp_path / "bento", tmp_path / "bento.tar")
    traffic.registry.publish(record, tmp_path / "bento.tar")
    traffic.ledger.record(NAME, {"v1": (Pin(release=record.digest),)}, "f", BY)
    return traffic


@pytest.fixture
def staging(dev: Traffic, project: Project, other_aws: str) -> Traffic:  # noqa: ARG001 - moto's credentials first
    """The stack to which it goes; it has the features that the release reads."""
    from tests.conftest import forget_all  # noqa: PLC0415 - with the server of this module

    forget_all(other_aws)
    traffic = traffic_of(project, "staging", other_aws)
    platform = traffic.stack.platform
    database, table = platform.table("flight_delays", TABLE)
    there: Any = {"Name": table, "Parameters": {"metadata_location": "s3://lake/m.json"}}
    aws.glue(platform).create_table(DatabaseName=database, TableInput=there)
    key: Any = {"AttributeName": "id", "AttributeType": "S"}
    aws.dynamodb(platform).create_table(
        TableName=f"{project_of(platform, 'flight_delays')}.{VIEW}", AttributeDefinitions=[key],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    end(platform, "flight_delays", Freshness(NOW, NOW))
    return traffic


@pytest.fixture
def proposal(dev: Traffic, product: Product, record: Record) -> Proposal:
    return propose(dev, product, "v1", record.digest)


def test_a_release_arrives_under_its_digest_beside_the_live_one(staging: Traffic, proposal: Proposal) -> None:
    require_welcome(staging, proposal)
    promotion.copy(staging, proposal)
    promotion.copy(staging, proposal)
    assert [each.digest for each in staging.registry.records(NAME)] == [proposal.record.digest]
    promotion.edit(staging, proposal, wanted(staging.now(NAME), proposal, 10))
    pins = read(staging.stack.file).products[NAME]["v1"].releases
    assert [(each.release, each.weight) for each in pins] == [(RELEASE, 90), (proposal.record.digest, 10)]


def test_a_promotion_is_one_commit_on_a_branch_of_its_own(
    staging: Traffic, proposal: Proposal, project: Project
) -> None:
    promotion.edit(staging, proposal, wanted(staging.now(NAME), proposal, None))
    with pytest.raises(SixfoldError, match="has changes that are not committed"):
        promotion.require_clean(staging)
    branch = promotion.commit_change(staging, proposal, "dev")
    promotion.require_clean(staging)
    shown = subprocess.run(
        ["git", "show", "--stat", "--format=%s", branch], cwd=project.root, capture_output=True, text=True, check=True
    ).stdout
    assert shown.startswith(f"Promote flight-delays v1 {proposal.record.short} from dev to staging")
    assert "1 file changed" in shown


def test_without_a_weight_it_is_a_shadow_beside_a_live_one_and_all_where_nothing_is(proposal: Proposal) -> None:
    new, live = proposal.record.digest, {"v1": (Pin(release=RELEASE),)}
    assert [pin.weight for pin in wanted(live, proposal, None)] == [100, 0]
    assert wanted({}, proposal, None) == wanted(live, proposal, 100) == (Pin(release=new),)


def test_a_part_of_the_traffic_needs_something_for_the_rest(proposal: Proposal) -> None:
    with pytest.raises(SixfoldError, match="leave --weight out"):
        wanted({}, proposal, 10)


def test_a_release_that_never_answered_in_the_first_stack_stays_there(
    dev: Traffic, product: Product, record: Record
) -> None:
    dev.ledger.entries = lambda _: []  # type: ignore[method-assign] # as of a stack where nothing was live
    with pytest.raises(SixfoldError, match="never answered on dev"):
        propose(dev, product, "v1", record.digest)


def test_a_release_that_a_rollout_took_back_stays_there(dev: Traffic, product: Product, record: Record) -> None:
    back = Decision(by="rollout", verdict="roll back", reason="it is worse")
    dev.ledger.record(NAME, {"v1": (Pin(release=RELEASE),)}, "f", back)
    with pytest.raises(SixfoldError, match=r"a rollout on dev took release .* back: it is worse"):
        propose(dev, product, "v1", record.digest)


def test_a_release_that_was_withdrawn_stays_there(dev: Traffic, product: Product, record: Record) -> None:
    dev.ledger.withdraw(NAME, record.digest, Decision(by="ada", verdict="withdraw", reason="a leak"))
    with pytest.raises(SixfoldError, match="was withdrawn by ada: a leak"):
        propose(dev, product, "v1", record.digest)


def test_the_gate_of_today_decides(dev: Traffic, product: Product, record: Record) -> None:
    stricter = product.model_copy(update={"metric": product.metric.model_copy(update={"baseline_margin": 0.2})})
    with pytest.raises(SixfoldError, match=r"roc_auc 0\.7000 is not better than the baseline's 0\.6000 by 0\.2"):
        propose(dev, stricter, "v1", record.digest)
    other = product.model_copy(update={"metric": product.metric.model_copy(update={"name": "brier"})})
    with pytest.raises(SixfoldError, match="its record has no brier"):
        propose(dev, other, "v1", record.digest)


def test_a_case_that_was_found_since_decides_too(
    dev: Traffic, product: Product, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "failing", lambda *_: ["calm-at-jfk"])
    with pytest.raises(SixfoldError, match=r"refuses release .*: case calm-at-jfk"):
        propose(dev, product, "v1", record.digest)


def test_a_stack_without_the_product_is_not_given_it(staging: Traffic, proposal: Proposal) -> None:
    unname(staging.stack.file, NAME)
    with pytest.raises(SixfoldError, match=r"Pulumi\.staging\.yaml has no flight-delays v1"):
        require_welcome(staging, proposal)


def test_a_rollout_that_is_under_way_is_not_disturbed(staging: Traffic, proposal: Proposal) -> None:
    pin(staging.stack.file, NAME, "v1", [Pin(release=RELEASE, weight=95), Pin(release="b" * 64, weight=5)])
    with pytest.raises(SixfoldError, match="a rollout of flight-delays v1 is under way on staging"):
        require_welcome(staging, proposal)


def test_a_release_that_the_second_stack_has_withdrawn_stays_away(staging: Traffic, proposal: Proposal) -> None:
    staging.ledger.withdraw(NAME, proposal.record.digest, Decision(by="bob", verdict="withdraw", reason="a leak"))
    with pytest.raises(SixfoldError, match="was withdrawn by bob"):
        require_welcome(staging, proposal)


def test_a_release_that_breaks_the_version_stays_away(
    staging: Traffic, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise SixfoldError("release breaks flight-delays v1: late is gone", remedy="keep the field")

    monkeypatch.setattr("delivery.traffic.require_kept", breaks)
    staging.registry.find = lambda *_: proposal.bento  # type: ignore[method-assign] # the live one has the same files
    with pytest.raises(SixfoldError, match="late is gone"):
        require_welcome(staging, proposal)


def test_features_that_are_not_there_are_named(staging: Traffic, proposal: Proposal) -> None:
    platform = staging.stack.platform
    aws.dynamodb(platform).delete_table(TableName=f"{project_of(platform, 'flight_delays')}.{VIEW}")
    with pytest.raises(SixfoldError, match=r"(?s)staging has no origin_weather.*sixfold data load flight-delays"):
        require_welcome(staging, proposal)


def test_features_that_are_not_fresh_are_refused(staging: Traffic, proposal: Proposal) -> None:
    old = NOW - timedelta(hours=60)
    end(staging.stack.platform, "flight_delays", Freshness(old, old))
    with pytest.raises(SixfoldError, match="copied 60 hours ago, and 48 are allowed"):
        require_welcome(staging, proposal)


@pytest.fixture
def promote(
    dev: Traffic, staging: Traffic, project: Project, record: Record, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """A function that runs the command between the two stacks."""
    engines: dict[str, Any] = {"dev": dev.stack.engine, "staging": staging.stack.engine}
    for engine in engines.values():
        engine.preview = lambda: "~ 1 to update\n"
    monkeypatch.setattr("delivery.live_stack.Engine", lambda _root, name, *_, **__: engines[name])
    monkeypatch.setattr("boto3.setup_default_session", lambda: None)  # other tests go on with theirs
    monkeypatch.setattr("delivery.cost.text_of", lambda _: "100 in all\n")
    (project.root / "Pulumi.yaml").touch()
    monkeypatch.chdir(project.root)
    words = ["promote", NAME, "v1", record.short, "--from", "dev", "--to", "staging"]
    return lambda *options: CliRunner().invoke(app, [*words, *options])


def test_the_command_shows_the_plan_and_leaves_a_branch(
    promote: Callable[..., Result], staging: Traffic, record: Record
) -> None:
    before = staging.stack.file.read_bytes()
    tried = promote("--dry-run", "--json")
    assert (tried.exit_code, staging.stack.file.read_bytes(), staging.registry.records(NAME)) == (0, before, [])
    done = promote("--weight", "10", "--json")
    document = json.loads(done.stdout)
    assert (done.exit_code, document["branch"]) == (0, f"promote/{NAME}-v1-{record.short}-to-staging")
    assert document["then"] == f"v1 {RELEASE[:12]} 90%, {record.short} 10%"
    assert document["plan"] == "~ 1 to update\n"
    assert [each.digest for each in staging.registry.records(NAME)] == [record.digest]


def test_what_the_plan_refuses_leaves_nothing_behind(
    promote: Callable[..., Result], staging: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses() -> str:
        raise SixfoldError("a policy is broken", remedy="keep it")

    monkeypatch.setattr(staging.stack.engine, "preview", refuses)
    before = staging.stack.file.read_bytes()
    assert str(promote().exception).startswith("a policy is broken")
    assert (staging.stack.file.read_bytes(), staging.registry.records(NAME)) == (before, [])
