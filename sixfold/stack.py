"""Stack file: its fields, and the one way to change the releases in it.

`stacks/Pulumi.<stack>.yaml` is data, of one shape for every stack; all of ours lies under `sixfold:platform`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sixfold.cluster import Cluster, Network
from sixfold.contract import Product
from sixfold.declared import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.release import Digest
from sixfold.validation import explain

Percent = Annotated[int, Field(ge=0, le=100)]
KEY = "platform"
_NAME = TypeAdapter(Slug)


class Pin(Strict):
    """A pinned release and its weight. Of several releases, each scores every request; one of them answers."""

    release: Digest
    """Digest of a published release."""
    weight: Percent = 100
    """Share of the API version's traffic that it answers, in per cent; at 0 it only scores (shadow)."""


class Traffic(Strict):
    """The releases of an API version."""

    releases: tuple[Pin, ...] = ()
    """Pins whose weights add up to 100. Empty: the route answers 503 and says what to do."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(pin.weight for pin in self.releases)
        if self.releases and total != 100:  # noqa: PLR2004 - per cent
            raise ValueError(f"the weights add up to {total}; make them add up to 100")
        if len({pin.release for pin in self.releases}) < len(self.releases):
            raise ValueError("the same release is named twice; name it once with the sum of its weights")
        return self


class Local(Strict):
    """Settings of a stack on this machine."""

    first_port: int = Field(ge=1024, le=64000)
    """Port of the edge; all other ports follow it (1,000 are reserved)."""


class Settings(Strict):
    """One stack: the value of `sixfold:platform` in `stacks/Pulumi.<stack>.yaml`.

    A key that the runtime needs must be given; a key that has no meaning in it is refused.
    """

    runtime: Literal["processes", "kubernetes"]
    """`processes`: on this machine, configured by `local`. `kubernetes`: pods, configured by `cluster`."""
    region: str
    """AWS region."""
    deletion_protection: bool = True
    """Refuse to delete a cluster, and buckets and tables that are not empty."""
    budget_usd: Annotated[float, Field(ge=0)] | None = None
    """Most that the stack may cost a month at rest, US dollars; None: no limit."""
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    """AWS account of the stack, 12 digits; credentials of any other account are refused."""
    role_arn: str | None = None
    """IAM role in which AWS is called; None: the caller's own rights."""
    permissions_boundary: Annotated[str, Field(pattern=r"^arn:aws[\w-]*:iam::(\d{12}|aws):policy/\S+$")] | None = None
    """ARN of the IAM policy that bounds every role of the stack; the deployer makes no role without it."""
    aws_endpoint: str | None = None
    """Address of a running stand-in for AWS, for tests."""
    local: Local | None = None
    """Needed with `processes`."""
    network: Network | None = None
    """VPC to create; needed with `cluster.eks`."""
    cluster: Cluster | None = None
    """Needed with `kubernetes`."""
    products: dict[Slug, dict[str, Traffic]] = Field(default_factory=dict)
    """The stack's products, and the releases of each by API version. A product that is not named is not there."""

    @model_validator(mode="after")
    def _fits_the_runtime(self) -> Self:
        need, no_use = _sections(self)
        faults = [f"{key} is missing" for key in need if getattr(self, key) is None]
        faults += [f"{key} means nothing here; leave it out" for key in no_use if getattr(self, key) is not None]
        if faults:
            raise ValueError(f"runtime is {self.runtime}: {', '.join(faults)}")
        if self.cluster and self.cluster.runner is None and any(_releases(self)):
            raise ValueError("releases are pinned, but cluster.runner names no image that could run them")
        return self


def _sections(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys that a runtime needs, and those that mean nothing to it."""
    if settings.runtime == "processes":
        return ("local",), ("network", "cluster", "account", "role_arn", "permissions_boundary", "aws_endpoint")
    makes = settings.cluster is not None and settings.cluster.eks is not None
    return ("cluster", "network") if makes else ("cluster",), ("local",) if makes else ("local", "network")


def _releases(settings: Settings) -> Iterator[Pin]:
    return (pin for versions in settings.products.values() for traffic in versions.values() for pin in traffic.releases)


def parse(data: object, source: str) -> Settings:
    """Validate the value of `sixfold:platform`.

    Raises:
        SixfoldError: a key is unknown or a value is wrong; the message gives its path and the nearest valid key.

    """
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise SixfoldError(
            f"{source}, sixfold:{KEY}: {explain(error, Settings)}", remedy="correct these keys in the stack file"
        ) from error


_REMEDY = "correct it, or take it back: `git checkout stacks`; docs/reference/stack-file.md describes it"


def require_name(stack: str) -> None:
    """Do nothing where a name is good for all that is named by it: DNS labels, databases, roles, files.

    Raises:
        SixfoldError: it is not.

    """
    try:
        _NAME.validate_python(stack)
    except ValidationError:
        raise SixfoldError(
            f"{stack[:80]!r} is no name of a stack: namespaces, databases and roles are named by it",
            remedy="take at most 30 lower-case letters, digits and single hyphens, a letter first, such as pr-123; "
            "a stack that is there gets another name by `pulumi stack rename`, and its file in stacks/ with it",
        ) from None


def read(path: Path) -> Settings:
    """Read one stack file.

    Raises:
        SixfoldError: there is none, it is not valid, or no stack can have the name in its name.

    """
    settings = parse(_settings(_load(path), path), path.name)
    require_name(path.name.removeprefix("Pulumi.").removesuffix(".yaml"))
    return settings


def selected(settings: Settings, products: Mapping[str, Product], source: str) -> dict[str, Product]:
    """Return the contracts of the products that a stack names; the others are not in it.

    Raises:
        SixfoldError: it names one that has no contract.

    """
    unknown = sorted(settings.products.keys() - products.keys())
    if unknown:
        raise SixfoldError(
            f"{source}, sixfold:{KEY}: products: {', '.join(unknown)}: no such product",
            remedy=f"write its folder below products/, or name only these: {', '.join(products) or 'none yet'}",
        )
    return {name: product for name, product in products.items() if name in settings.products}


def pin(path: Path, product: str, version: str, releases: list[Pin]) -> None:
    """Write the pins of an API version; comments and everything else in the file stay as they are.

    Raises:
        SixfoldError: the file would no longer be valid; it is then left as it was.

    """
    document = _load(path)
    products = _settings(document, path).setdefault("products", {})
    traffic = products.setdefault(product, {}).setdefault(version, {})
    traffic["releases"] = [entry.model_dump() for entry in releases]
    _write(path, document)


def unname(path: Path, product: str) -> bool:
    """Take a product with all its pins out of the file, and return whether it was in it; the rest stays as it is."""
    document = _load(path)
    products = _settings(document, path).get("products") or {}
    if product not in products:
        return False
    del products[product]
    _write(path, document)
    return True


def _write(path: Path, document: Any) -> None:  # noqa: ANN401 - a YAML document
    parse(_settings(document, path), path.name)
    part = path.with_suffix(".part")
    with part.open("w") as stream:
        _yaml().dump(document, stream)
    part.replace(path)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 4096  # never folds a long line
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _load(path: Path) -> Any:  # noqa: ANN401 - a YAML document
    if not path.exists():
        known = ", ".join(
            sorted(p.name.removeprefix("Pulumi.").removesuffix(".yaml") for p in path.parent.glob("Pulumi.*"))
        )
        raise SixfoldError(f"there is no stack file {path}", remedy=f"name one of these stacks: {known}")
    try:
        return _yaml().load(path)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise SixfoldError(f"{path} cannot be read as YAML: {error}", remedy=_REMEDY) from error


def _settings(document: Any, path: Path) -> Any:  # noqa: ANN401 - YAML documents
    """Return the part of a stack file that is ours.

    Raises:
        SixfoldError: the file has none: it is empty, or cut off, or of another project.

    """
    config = document.get("config") if isinstance(document, Mapping) else None
    if not isinstance(config, Mapping) or f"sixfold:{KEY}" not in config:
        raise SixfoldError(f"{path} has no `config` with sixfold:{KEY} in it", remedy=_REMEDY)
    return config[f"sixfold:{KEY}"]
