"""Typed stack outputs: the output `environment`, which jobs, commands and programs read."""

from sixfold.contract import Status, Strict


class Databases(Strict):
    """The Glue databases of the lake."""

    raw: str
    curated: str
    quarantine: str
    labels: str
    predictions: str


class PlatformRefs(Strict):
    """The facts that jobs and services need to reach the platform.

    `aws_endpoint` is None on real AWS, else the address of the stand-in. Names are physical ones. `feature_project`
    names the Feast project, whose registry lies in `features_bucket` and whose online tables start with that name.
    """

    stack: str
    region: str
    aws_endpoint: str | None
    lake_bucket: str
    features_bucket: str
    registry_bucket: str
    databases: Databases
    feature_project: str


class ServedRelease(Strict):
    """A release that answers part of an API version's traffic. `weight` is in per cent."""

    release: str
    weight: int


class ServedVersion(Strict):
    """An API version as it is served now."""

    version: str
    url: str
    status: Status
    releases: tuple[ServedRelease, ...]


class ServedProduct(Strict):
    """A product as it is served now."""

    name: str
    api_versions: tuple[ServedVersion, ...]


class Endpoints(Strict):
    """Addresses for people."""

    prometheus: str | None
    alertmanager: str | None
    aws: str | None
    portal: str | None


class StackOutputs(Strict):
    """The whole stack output."""

    platform: PlatformRefs
    products: tuple[ServedProduct, ...]
    endpoints: Endpoints
