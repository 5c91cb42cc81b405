import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from typing import Any

import boto3
import pytest

from sixfold.outputs import Databases, PlatformRefs
from sixfold.registry.archive import pack, tree_digest
from sixfold.registry.releases import Record, Registry
from tests._servers import await_answer
from tests.conftest import forget_all, make_signing_keys


@pytest.fixture(scope="session")
def stand_in() -> Iterator[str]:
    """Run a moto server on a free port, and yield its address."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_answer(f"http://127.0.0.1:{port}/moto-api/", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def platform(stand_in: str) -> PlatformRefs:
    """Return the platform of a stand-in that has forgotten everything but an empty registry bucket."""
    forget_all(stand_in)
    names = Databases(raw="raw", curated="curated", quarantine="quarantine", labels="labels", predictions="predictions")
    platform = PlatformRefs(
        stack="test",
        region="eu-west-1",
        aws_endpoint=stand_in,
        lake_bucket="lake",
        features_bucket="features",
        registry_bucket="registry",
        databases=names,
        feature_project="test",
    )
    s3 = boto3.client("s3", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    s3.create_bucket(Bucket="registry", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    make_signing_keys(platform)
    return platform


@pytest.fixture
def bucket(platform: PlatformRefs) -> Any:
    """Return the registry bucket as somebody with the AWS console has it."""
    return boto3.resource("s3", region_name=platform.region, endpoint_url=platform.aws_endpoint).Bucket("registry")


@pytest.fixture
def registry(platform: PlatformRefs, tmp_path: Path) -> Registry:
    return Registry(platform, tmp_path / "home")


@pytest.fixture
def release(tmp_path: Path) -> Callable[..., tuple[Record, Path]]:
    """Return a function that makes the record and the archive of a small bento."""

    def make(model: str = "weights", key: str = "k1") -> tuple[Record, Path]:
        bento, archive = tmp_path / f"bento-{model}", tmp_path / f"{model}.tar"
        (bento / "src").mkdir(parents=True, exist_ok=True)
        (bento / "bento.yaml").write_text("name: flight-delays")
        (bento / "src" / "model.onnx").write_text(model)
        pack(bento, archive)
        record = Record(
            product="flight-delays",
            digest=tree_digest(bento),
            created=datetime(2026, 11, 23, len(model), tzinfo=UTC),
            git_commit="0" * 40,
            lock_hash="lock",
            feature_hash="features",
            training_key=key,
            snapshots={"curated.flights": 2**62},
            metrics={"roc_auc": 0.7},
        )
        return record, archive

    return make
