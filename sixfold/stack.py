"""What a stack file may say, and the one way to change the releases in it.

`stacks/Pulumi.<stack>.yaml` is data, of one shape for every stack; all of ours lies under `sixfold:platform`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML

from sixfold.cluster import Cluster, Network
from sixfold.contract import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.release import Digest
from sixfold.validation import explain

Percent = Annotated[int, Field(ge=0, le=100)]
KEY = "platform"


class Pin(Strict):
    """A release, and the share of its API version's traffic that it answers, in per cent.

    Where there are several, each of them scores every request; at 0 a release scores, and answers nobody.
    """

    release: Digest
    weight: Percent = 100


class Traffic(Strict):
    """Who answers an API version. No release at all is allowed: the route then says what to do."""

    releases: tuple[Pin, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(pin.weight for pin in self.releases)
        if self.releases and total != 100:  # noqa: PLR2004 - per cent
            raise ValueError(f"the weights add up to {total}; make them add up to 100")
        if len({pin.release for pin in self.releases}) < len(self.releases):
            raise ValueError("the same release is named twice; name it once with the sum of its weights")
        return self


class Local(Strict):
    """A stack on this machine. The edge listens on `first_port`; all other ports follow it (1,000 are set aside)."""

    first_port: int = Field(ge=1024, le=64000)


class Settings(Strict):
    """One stack: `local` where processes run on this machine, `cluster` where pods run on Kubernetes.

    `deletion_protection` keeps full buckets and tables, and a cluster, from being deleted. `account` is the AWS account
    that is meant, 12 digits, any other is refused; `role_arn` is the role in which AWS is called, None: the caller's
    own rights; `aws_endpoint` is a stand-in that runs already. `budget_usd` is what the stack may cost a month at rest,
    US dollars; None: no limit.
    """

    runtime: Literal["processes", "kubernetes"]
    region: str
    deletion_protection: bool = True
    budget_usd: Annotated[float, Field(ge=0)] | None = None
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    role_arn: str | None = None
    aws_endpoint: str | None = None
    local: Local | None = None
    network: Network | None = None
    cluster: Cluster | None = None
    products: dict[Slug, dict[str, Traffic]] = Field(default_factory=dict)

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
        return ("local",), ("network", "cluster", "account", "role_arn", "aws_endpoint")
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


def read(path: Path) -> Settings:
    """Read one stack file.

    Raises:
        SixfoldError: there is none, or it is not valid.

    """
    return parse(_load(path)["config"][f"sixfold:{KEY}"], path.name)


def pin(path: Path, product: str, version: str, releases: list[Pin]) -> None:
    """Write which releases answer an API version; comments and everything else in the file stay as they are.

    Raises:
        SixfoldError: the file would no longer be valid; it is then left as it was.

    """
    document = _load(path)
    platform = document["config"][f"sixfold:{KEY}"]
    traffic = platform.setdefault("products", {}).setdefault(product, {}).setdefault(version, {})
    traffic["releases"] = [entry.model_dump() for entry in releases]
    parse(platform, path.name)
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
    return _yaml().load(path)
