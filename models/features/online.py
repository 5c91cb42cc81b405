"""Names of a product's online features, and the records of their copy: serving reads them, the build writes them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from models import aws
from sixfold.moments import moment_of
from sixfold.outputs import OF, PlatformRefs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def project_of(platform: PlatformRefs, package: str) -> str:
    """Return the name of a product's Feast project. Feast calls its online tables `<project>.<view>`."""
    return f"{platform.feature_project}{OF}{package}".removesuffix(OF)


def freshness_key(package: str) -> str:
    """Return the key, in the bucket of the features, of the record of a product's last copy."""
    return f"{package}/freshness.json"


def materialization_key(package: str) -> str:
    """Return the key, in the bucket of the features, of the record by which releases know that rows still hold."""
    return f"{package}/materialization.json"


@dataclass(frozen=True)
class Freshness:
    """The newest event that the online features know of, and when they were copied or last found in step."""

    newest_event: datetime
    materialized_at: datetime


def read_freshness(s3: "S3Client", platform: PlatformRefs, package: str) -> Freshness:
    """Return the time of the newest online features, and of their copy. Raises botocore's errors."""
    found = s3.get_object(Bucket=platform.features_bucket, Key=freshness_key(package))
    return Freshness(**{name: moment_of(value) for name, value in json.loads(found["Body"].read()).items()})


def read_materialization(s3: "S3Client", platform: PlatformRefs, package: str) -> str | None:
    """Return the id of the last materialization; None while rows are being written. Raises botocore's errors."""
    found = s3.get_object(Bucket=platform.features_bucket, Key=materialization_key(package))
    given: str | None = json.loads(found["Body"].read())["id"]
    return given


def is_online(platform: PlatformRefs, package: str) -> bool:
    """Return whether a copy is whole, and releases know of it: those of before this record kept none."""
    s3 = aws.s3(platform)
    try:
        return read_materialization(s3, platform, package) is not None
    except s3.exceptions.NoSuchKey:
        return False


def begin(platform: PlatformRefs, package: str) -> None:
    """Tell releases that online rows are being written: none that they remember is exact until `end`."""
    _put(platform, materialization_key(package), {"id": None})


def end(platform: PlatformRefs, package: str, fresh: Freshness) -> None:
    """Record a copy that is whole, and tell releases that rows hold again."""
    _put_freshness(platform, package, fresh)
    _put(platform, materialization_key(package), {"id": uuid4().hex})


def confirm(platform: PlatformRefs, package: str) -> None:
    """Record that the copy is in step with the lake now. Rows that releases remember still hold."""
    fresh = read_freshness(aws.s3(platform), platform, package)
    _put_freshness(platform, package, Freshness(fresh.newest_event, datetime.now(UTC)))


def _put_freshness(platform: PlatformRefs, package: str, fresh: Freshness) -> None:
    times = {name: value.isoformat() for name, value in asdict(fresh).items()}
    _put(platform, freshness_key(package), times)


def _put(platform: PlatformRefs, key: str, content: Mapping[str, str | None]) -> None:
    aws.s3(platform).put_object(Bucket=platform.features_bucket, Key=key, Body=json.dumps(content).encode())
