"""A stack that is up without an engine: its outputs follow its file, and its AWS is an empty moto."""

from pathlib import Path
from typing import Any

from models import aws
from sixfold.errors import SixfoldError
from sixfold.outputs import (
    Databases,
    Endpoints,
    PlatformRefs,
    ServedProduct,
    ServedRelease,
    ServedVersion,
    StackOutputs,
)
from sixfold.stack import Traffic, read
from sixfold.versions import Status
from tests.conftest import make_signing_keys

RELEASE = "a" * 64
PLATFORM = PlatformRefs(
    stack="it",
    region="eu-west-1",
    aws_endpoint=None,
    lake_bucket="l",
    features_bucket="f",
    registry_bucket="r",
    feature_project="it",
    databases=Databases(raw="r", curated="c", quarantine="q", labels="l", predictions="p"),
)
"""For what never asks AWS."""
NOWHERE = Endpoints(prometheus=None, alertmanager=None, aws=None, portal=None)


def outputs_of(platform: PlatformRefs, *products: tuple[str, tuple[ServedVersion, ...]]) -> StackOutputs:
    """Return the outputs of a stack that serves products, each with its API versions."""
    served = tuple(ServedProduct(name=name, api_versions=versions) for name, versions in products)
    return StackOutputs(platform=platform, products=served, endpoints=NOWHERE)


def file_of(product: str) -> str:
    """Return a stack file with one product, which one release answers."""
    return f"""\
config:
  sixfold:platform:
    runtime: processes
    region: eu-west-1
    local: {{ first_port: 4600 }}
    products:
      {product}: # tried out
        v1: {{ releases: [{{ release: {RELEASE}, weight: 100 }}] }}
"""


def platform_at(moto: str, stack: str = "local") -> PlatformRefs:
    """Return a platform with empty buckets and databases, and the keys that sign."""
    platform = PlatformRefs(
        stack=stack,
        region="eu-west-1",
        aws_endpoint=moto,
        lake_bucket="lake",
        features_bucket="features",
        registry_bucket="registry",
        databases=Databases(**dict(zip(Databases.model_fields, "rcqlp", strict=True))),
        feature_project="it",
    )
    where: Any = {"LocationConstraint": "eu-west-1"}
    for bucket in ("lake", "features", "registry"):
        aws.s3(platform).create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    make_signing_keys(platform)
    for _, database in platform.databases:
        aws.glue(platform).create_database(DatabaseInput={"Name": database})
    return platform


class Engine:
    """An engine whose outputs follow the stack file at each apply, and that may stop half-way."""

    def __init__(self, file: Path, platform: PlatformRefs) -> None:
        self.file, self.platform, self.applies, self.stops = file, platform, 0, False
        self.served = read(file).products

    def up(self) -> None:
        if self.stops:
            raise SixfoldError("stopped", remedy="again")
        self.applies += 1
        self.served = read(self.file).products

    def outputs(self) -> StackOutputs:
        return outputs_of(
            self.platform, *((name, tuple(map(_version, versions.items()))) for name, versions in self.served.items())
        )


def _version(item: tuple[str, Traffic]) -> ServedVersion:
    name, traffic = item
    releases = tuple(ServedRelease(release=pin.release, weight=pin.weight) for pin in traffic.releases)
    return ServedVersion(version=name, url="http://edge", status=Status.CURRENT, releases=releases)
