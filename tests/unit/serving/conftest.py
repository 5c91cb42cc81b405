import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import lightgbm
import numpy as np
import pytest
import uvicorn
from onnxmltools.convert import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

from models.candidate import Signature, View
from products.flight_delays import service as flight_delays
from serving.app import Application
from serving.model import Model
from serving.runtime import Runtime
from serving.settings import Settings
from sixfold import keyring
from sixfold.contract import load_product
from sixfold.keyring import Keyring
from sixfold.outputs import Databases, PlatformRefs
from sixfold.signatures import new_pass
from tests.conftest import make_signing_keys

PRODUCT_FOLDER = Path(__file__).parents[3] / "products" / "flight_delays"
FEATURES = ("hour_of_day", "weekday", "wind_speed", "carrier_late_share")


class FakeStore:
    """An online store that knows every entity, until told otherwise."""

    def __init__(self) -> None:
        self.known: Callable[[dict[str, str]], dict[str, Any]] = lambda _: {
            "wind_speed": 9.0,
            "carrier_late_share": 0.2,
        }
        self.away = False
        self.materialized_at = datetime.now(UTC) - timedelta(hours=3)

    def remembered(self, _rows: Any) -> None:
        return None

    stale = remembered

    def age_s(self) -> float:
        return 0

    def close(self) -> None:
        pass

    def read(self, rows: list[dict[str, str]], _at: datetime | None = None) -> list[dict[str, Any]]:
        return [self.known(row) for row in rows]

    def freshness(self) -> "FakeStore":
        if self.away:
            raise ConnectionError
        return self


def facts(endpoint: str) -> PlatformRefs:
    databases = Databases(raw="raw", curated="curated", quarantine="quar", labels="labels", predictions="predictions")
    return PlatformRefs(
        stack="local",
        region="eu-west-1",
        aws_endpoint=endpoint,
        lake_bucket="lake",
        features_bucket="features",
        registry_bucket="registry",
        databases=databases,
        feature_project="test",
    )


@pytest.fixture
def nowhere() -> PlatformRefs:
    """Return a platform without an AWS, for what never asks it."""
    return facts("http://127.0.0.1:9")


@pytest.fixture
def platform(moto: str) -> PlatformRefs:
    """Return the platform of an empty stand-in that has a lake bucket, a registry bucket and Glue databases."""
    names = facts(moto)
    s3 = boto3.client("s3", region_name="eu-west-1", endpoint_url=moto)
    glue = boto3.client("glue", region_name="eu-west-1", endpoint_url=moto)
    for bucket in ("lake", "registry"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    make_signing_keys(names)
    for database in names.databases.model_dump().values():
        glue.create_database(DatabaseInput={"Name": database})
    return names


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a small real model, and return its ONNX file."""
    random = np.random.default_rng(1)
    rows = random.random((500, len(FEATURES))).astype(np.float32)
    model = lightgbm.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1).fit(rows, rows[:, 2] > 0.5)
    shape = [("features", FloatTensorType([None, len(FEATURES)]))]
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    path.write_bytes(convert_lightgbm(model.booster_, initial_types=shape, zipmap=False).SerializeToString())
    return path


@pytest.fixture
def candidate(model_path: Path, tmp_path: Path) -> Path:
    """Return the folder of a candidate, as training leaves it."""
    folder = tmp_path / "candidate"
    folder.mkdir()
    shutil.copy(model_path, folder / "model.onnx")
    view = View(name="carriers", keys=("carrier",), features=FEATURES[2:], table="curated.c", moment="event_timestamp")
    (folder / "candidate.json").write_text(json.dumps({"features": FEATURES, "views": [view.model_dump()]}))
    return folder


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def ring() -> Keyring:
    """Return the keyring of the release."""
    return keyring.new()


@pytest.fixture
def as_consumer(ring: Keyring) -> Callable[[str], dict[str, str]]:
    """Return a function that returns the headers of a consumer's request."""
    until = datetime.now(UTC) + timedelta(hours=1)
    return lambda name: {"Authorization": f"Bearer {new_pass(ring.signers[0], name, until)}"}


@pytest.fixture
def runtime(platform: PlatformRefs, store: FakeStore, ring: Keyring, model_path: Path, tmp_path: Path) -> Runtime:
    """Return a release with a real model and a fake online store, on a stack that answers calls without a key."""
    return Runtime(
        settings=Settings(platform=platform, home=tmp_path / "home", api_version="v1", release="a" * 64),
        product=load_product(PRODUCT_FOLDER / "product.yaml"),
        code=flight_delays,
        model=Model(model_path, len(FEATURES)),
        signature=Signature(features=tuple(FEATURES)),
        open_reader=lambda: store,
        read_keyring=lambda: ring,
    )


@contextmanager
def listening(runtime: Runtime, port: int) -> Iterator[int]:
    """Let a release listen, and yield the port."""
    server = uvicorn.Server(uvicorn.Config(Application(runtime), port=port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = server.force_exit = True
    thread.join()
    runtime.close()


@pytest.fixture
def client(runtime: Runtime, free_port: Callable[[], int]) -> Iterator[httpx.Client]:
    """Return a client of the application, which a real server runs in a thread."""
    with (
        listening(runtime, free_port()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def row() -> dict[str, Any]:
    return {
        "origin": "JFK",
        "dest": "LAX",
        "carrier": "AA",
        "flight": 1,
        "scheduled_departure": "2013-12-01T09:00:00-05:00",
        "tailnum": "N328AA",
    }
