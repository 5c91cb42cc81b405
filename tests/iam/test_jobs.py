"""Jobs of a cluster work in their own roles, on a real lake: some flights, their features, and a log.

moto asks for the rights of S3 and Glue that AWS asks for, and for none to use the key.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from delivery.feedback import triage
from infra.mlplatform import POLICIES
from infra.plans.aws.statements import Estate
from models import loading
from models.aws import open_catalog
from models.features import build as features
from monitoring.evaluation.__main__ import Watch
from monitoring.exporter import LakeFacts
from monitoring.log_maintenance import tidy
from monitoring.portal.board import Board
from monitoring.portal.readers import of_stack
from monitoring.reports import Reports
from products.flight_delays import data
from products.flight_delays.features import ENTITIES
from serving.tables import writer
from sixfold import keyring
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.keyring import SIGNING
from sixfold.outputs import Databases, PlatformRefs
from sixfold.prediction_log import FEEDBACK, PREDICTIONS, REPORTS, REPORTS_TABLE
from sixfold.registry.archive import pack, tree_digest
from sixfold.registry.keyrings import Keyrings
from sixfold.registry.ledger import Decision, Ledger
from sixfold.registry.releases import Record, Registry
from sixfold.stack import Pin
from tests.conftest import make_signing_keys
from tests.iam._role import Caller
from tests.unit.models.conftest import _head

pytestmark = pytest.mark.timeout(300)
PRODUCT = load_product(Path(__file__).parents[2] / "products/flight_delays/product.yaml")
NAMES = {"lake_bucket": "lake", "features_bucket": "features", "registry_bucket": "registry"}
LAYERS = Databases(**{layer: f"sixfold_dev_{layer}" for layer in Databases.model_fields})
ESTATE = Estate(
    stack="dev",
    region="eu-west-1",
    account="123456789012",
    key_arn="arn:aws:kms:eu-west-1:123456789012:key/k",
    signing_arns={
        "releases": "arn:aws:kms:eu-west-1:123456789012:key/r",
        "ledger": "arn:aws:kms:eu-west-1:123456789012:key/l",
    },
    databases=LAYERS.model_dump(),
    feature_project="sixfold_dev",
    **NAMES,
)
ADMINISTRATOR = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}
WRITES, KEPT = 24, 20
Be = Callable[[str], None]


def become(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Be somebody else, also for clients of the process's own session, which keeps what it has read once."""
    for name, value in environment.items():
        patch.setenv(name, value)
    patch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture(scope="module")
def platform(session_caller: Caller, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformRefs]:
    """A platform with some flights and their features, made by the administrator."""
    session_caller.start_over()
    s3, glue = session_caller.administrator("s3"), session_caller.administrator("glue")
    for bucket in NAMES.values():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for layer, database in LAYERS:
        glue.create_database(DatabaseInput={"Name": database, "LocationUri": f"s3://lake/{layer}"})
    made = PlatformRefs(
        stack="dev",
        region="eu-west-1",
        aws_endpoint=session_caller.endpoint,
        databases=LAYERS,
        feature_project="sixfold_dev",
        **NAMES,
    )
    secret = json.dumps({SIGNING: "a" * 64})
    session_caller.administrator("secretsmanager").create_secret(Name=made.keyring(PRODUCT.name), SecretString=secret)
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        become(patch, ADMINISTRATOR)
        make_signing_keys(made)
        loading.load(made, PRODUCT, tuple(_head(source, 300, folder) for source in data.sources()))
        features.build(made, PRODUCT)
        yield made


@pytest.fixture(scope="module")
def roles(platform: PlatformRefs, session_caller: Caller) -> dict[str, dict[str, str]]:
    """The environment of each job."""
    del platform  # which comes first, and empties the account
    return {job: session_caller.environment(job, plan(estate=ESTATE)) for job, plan in POLICIES.items()}


@pytest.fixture(scope="module")
def logged(
    platform: PlatformRefs, roles: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> PlatformRefs:
    """The same after a release has answered for a while, and heard what became of it."""
    home = tmp_path_factory.mktemp("release")
    with pytest.MonkeyPatch.context() as patch:
        become(patch, roles["serving"])
        log = writer(platform, home, PRODUCT.package, PREDICTIONS)
        for number in range(WRITES):
            log([prediction(number)])
        said = {"prediction_id": "0", "time": prediction(20)["time"], "product": PRODUCT.name, "label": 1.0}
        said |= {"consumer": PRODUCT.consumers[0].name}
        writer(platform, home, f"feedback_{PRODUCT.package}", FEEDBACK)([said])
        reported = {"report_id": "0", "prediction_id": "0", "time": prediction(20)["time"], "comment": "odd"}
        reported |= {"consumer": PRODUCT.consumers[0].name, "api_version": "v1"}
        for _ in range(2):
            writer(platform, home, platform.table(PRODUCT.package, REPORTS_TABLE)[1], REPORTS)([reported])
    return platform


@pytest.fixture
def be(roles: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Be:
    """A function that takes the role of a job."""
    return lambda job: become(monkeypatch, roles[job])


def prediction(number: int) -> dict[str, Any]:
    now = datetime.now(UTC) - timedelta(minutes=WRITES - number)
    return {
        "prediction_id": str(number), "time": now, "product": PRODUCT.name, "api_version": "v1", "release": "a" * 64,
        "consumer": PRODUCT.consumers[0].name,
        "entities": json.dumps(dict.fromkeys(ENTITIES, "JFK")), "features": json.dumps({"temp": 50.0}), "score": 0.5,
        "label_key": str(number), "logged_at": now, "fallback": False, "shadow": False, "replayed": False,
    }  # fmt: skip


def test_a_release_reads_its_keyring_and_cannot_change_it(platform: PlatformRefs, be: Be) -> None:
    be("serving")
    rings = Keyrings(platform)
    assert rings.read(PRODUCT.name).signing == "a" * 64
    with pytest.raises(SixfoldError, match="AccessDenied"):
        rings.change(PRODUCT.name, lambda ring: (keyring.resign(ring), ""))


def test_who_gives_keys_out_changes_a_keyring(platform: PlatformRefs, be: Be) -> None:
    be("consumers")
    rings, now = Keyrings(platform), datetime.now(UTC)
    key = rings.change(PRODUCT.name, lambda ring: keyring.add(ring, "rebooking", now))
    assert rings.read(PRODUCT.name).consumer_of(key, now) == "rebooking"


def test_who_triages_reads_a_report_with_its_labels_and_decides_on_it(
    logged: PlatformRefs, be: Be, tmp_path: Path
) -> None:
    be("triage")
    reports = Reports(logged, PRODUCT, tmp_path)
    report = reports.get("0")
    assert (report.prediction or {})["label_key"] == "0"
    for _ in range(2):
        triage.close(reports, report, "known", "somebody")
    assert ([each.state for each in reports.newest(9, every=True)], reports.newest(9)) == (["closed"], [])


@pytest.mark.parametrize("job", ["ingest", "training", "evaluation", "exporter", "portal", "triage"])
def test_no_other_job_opens_a_keyring(platform: PlatformRefs, be: Be, job: str) -> None:
    be(job)
    with pytest.raises(SixfoldError, match="AccessDenied"):
        Keyrings(platform).read(PRODUCT.name)


def _released(folder: Path) -> tuple[Record, Path]:
    """A record and an archive of a bento that nobody has published."""
    bento = folder / "bento"
    bento.mkdir(parents=True)
    (bento / "bento.yaml").write_text(folder.name)
    pack(bento, folder / "bento.tar")
    origin = {"git_commit": "", "lock_hash": "", "feature_hash": "", "training_key": "", "snapshots": {}}
    record = Record(product=PRODUCT.name, digest=tree_digest(bento), created=datetime.now(UTC), metrics={}, **origin)
    return record, folder / "bento.tar"


def test_one_publishes_another_says_what_is_live_and_a_release_starts_by_what_both_signed(
    platform: PlatformRefs, be: Be, tmp_path: Path
) -> None:
    record, archive = _released(tmp_path / "one")
    be("publisher")
    Registry(platform, tmp_path / "publisher").publish(record, archive)
    with pytest.raises(SixfoldError, match="AccessDenied"):
        _record_live(platform, tmp_path / "publisher", record)
    be("releaser")
    _record_live(platform, tmp_path / "releaser", record)
    with pytest.raises(SixfoldError, match="AccessDenied"):
        Registry(platform, tmp_path / "releaser").publish(*_released(tmp_path / "two"))
    be("serving")
    assert Registry(platform, tmp_path / "pod").fetch(PRODUCT.name, record.digest)


@pytest.mark.parametrize("job", ["ingest", "training", "serving", "evaluation", "triage", "consumers"])
def test_no_other_job_publishes_or_writes_the_ledger(platform: PlatformRefs, be: Be, tmp_path: Path, job: str) -> None:
    record, archive = _released(tmp_path / job)
    be(job)
    with pytest.raises(SixfoldError, match="AccessDenied"):
        Registry(platform, tmp_path / "home").publish(record, archive)
    with pytest.raises(SixfoldError, match="AccessDenied"):
        _record_live(platform, tmp_path / "home", record)


@pytest.mark.parametrize(
    ("job", "key"),
    [("training", "flight-delays/x/bento.tar"), ("training", "ledger/dev/flight-delays/000009.json"),
     ("publisher", "ledger/dev/flight-delays/000009.json"), ("releaser", "ledger/prod/flight-delays/000001.json"),
     ("releaser", "flight-delays/x/bento.tar"), ("serving", "features/registry.pb")],
)  # fmt: skip
def test_a_write_beside_the_code_is_denied_too(platform: PlatformRefs, be: Be, job: str, key: str) -> None:
    be(job)
    s3 = boto3.client("s3", endpoint_url=platform.aws_endpoint)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=platform.registry_bucket, Key=key, Body=b"forged", IfNoneMatch="*")


def _record_live(platform: PlatformRefs, home: Path, record: Record) -> None:
    decision = Decision(by="somebody", verdict="release", reason="tried")
    Ledger(platform, home).record(PRODUCT.name, {"v1": (Pin(release=record.digest),)}, "", decision)


@pytest.mark.usefixtures("logged")
def test_a_release_leaves_no_more_of_its_logs_metadata_than_it_keeps(session_caller: Caller) -> None:
    prefix = f"predictions/{PRODUCT.package}/metadata/"
    found = session_caller.administrator("s3").list_objects_v2(Bucket="lake", Prefix=prefix)["Contents"]
    kept = sum(each["Key"].endswith(".metadata.json") for each in found)
    assert kept <= KEPT + 1 < WRITES


def test_the_evaluation_joins_predictions_with_labels_and_looks_at_their_skew(
    logged: PlatformRefs, be: Be, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    be("evaluation")
    found = Watch(logged, PRODUCT, tmp_path).look()
    assert found
    assert found.skew, caplog.text
    assert "cannot reach" not in caplog.text, "the registry"
    assert sum(each.rows + each.unanswered for each in found.skew) == WRITES  # logged without what the lake has
    assert {each.slice: each.predictions for each in found.reported} == {"": 1, "origin": 1, "carrier": 1}
    assert sum(figure.labelled for figure in found.evaluation.figures if not figure.slice) == 1


def test_the_evaluation_keeps_the_log_in_order(logged: PlatformRefs, be: Be, tmp_path: Path) -> None:
    be("evaluation")
    assert tidy(logged, PRODUCT, tmp_path) == WRITES
    table = open_catalog(logged).load_table((logged.databases.predictions, PRODUCT.package))
    assert len(list(table.scan().plan_files())) == 1


def test_the_portal_reads_all_that_it_shows(logged: PlatformRefs, be: Be, tmp_path: Path) -> None:
    be("portal")
    board = Board(of_stack(logged, tmp_path, "http://127.0.0.1:9"))
    for _ in range(2):
        board.refresh()
    problems = [kept.problem for kept in board.sources if kept.problem and "Prometheus" not in kept.problem]
    assert (problems, board.use.value[PRODUCT.name][0].rows) == ([], WRITES)
    assert PRODUCT.name in board.reports.value  # whose reports somebody may have closed by now


def test_the_exporter_shows_every_table(logged: PlatformRefs, be: Be) -> None:
    be("exporter")
    shown = {(each.layer, each.table): each.rows for each in LakeFacts(logged).facts()}
    assert {layer for layer, _ in shown} == {"raw", "curated", "quarantine", "labels", "predictions"}
    assert shown["predictions", "flight_delays"] == WRITES
