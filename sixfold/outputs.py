"""Typed stack outputs: the output `environment`, which jobs, commands and programs read."""

import re
from typing import Literal

from sixfold.declared import Strict
from sixfold.versions import Status

OF = "__"
"""Stands between a prefix or a package and the name in it; no package has it, since names have single hyphens."""
Purpose = Literal["releases", "ledger"]
"""What a stack's keys sign."""
_FEEDBACK_OF = "feedback_"  # no product's name begins so: the contract refuses it


def feedback_table(package: str) -> str:
    """Return the name of the table, beside the prediction log, with the labels that consumers sent to a product."""
    return f"{_FEEDBACK_OF}{package}"


def owner_of(table: str) -> tuple[str, str]:
    """Return the product that a Glue table belongs to, and its name there: `PlatformRefs.table` the other way."""
    package, _, name = table.partition(OF)
    return package.removeprefix(_FEEDBACK_OF).replace("_", "-"), name or table


def without_login(url: str) -> str:
    """Return an address as people and logs may see it."""
    return re.sub(r"//[^/@]*@", "//", url)


def keyring_name(stack: str, product: str) -> str:
    """Return the name of the secret with the keyring of a product of a stack."""
    return f"sixfold/{stack}/{product}/keyring"


def signing_key_name(stack: str, purpose: Purpose) -> str:
    """Return the name of the KMS key, its alias without `alias/`, that signs the releases or the ledger of a stack."""
    return f"sixfold/{stack}/{purpose}"


class Databases(Strict):
    """The Glue databases of the lake; each has tables of all products."""

    raw: str
    curated: str
    quarantine: str
    labels: str
    predictions: str


class PlatformRefs(Strict):
    """The facts that jobs and services need to reach the platform.

    `aws_endpoint` is None on real AWS, else the address of the stand-in. Names are physical ones. `feature_project`
    begins the names of the products' Feast projects, whose registries lie in `features_bucket`.
    """

    stack: str
    region: str
    aws_endpoint: str | None
    lake_bucket: str
    features_bucket: str
    registry_bucket: str
    databases: Databases
    feature_project: str

    def table(self, package: str, name: str) -> tuple[str, str]:
        """Return the Glue database and the Glue table of a product's table.

        Args:
            package: the product's Python package.
            name: `layer.name`, as the product's code calls it.

        """
        layer, table = name.split(".")
        return getattr(self.databases, layer), table if table == package else f"{package}{OF}{table}"

    def keyring(self, product: str) -> str:
        """Return the name of the secret with a product's keyring."""
        return keyring_name(self.stack, product)

    def signing_key(self, purpose: Purpose) -> str:
        """Return the name of the KMS key that signs the stack's releases, or its ledger."""
        return signing_key_name(self.stack, purpose)


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

    @property
    def retired(self) -> bool:
        """Whether it answers 410, whichever releases are pinned."""
        return self.status is Status.RETIRED


class ServedProduct(Strict):
    """A product as it is served now. `anonymous`: calls without a key are answered."""

    name: str
    api_versions: tuple[ServedVersion, ...]
    anonymous: bool = False


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
