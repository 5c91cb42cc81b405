"""The sections of a stack file that only a stack on Kubernetes has."""

from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sixfold.contract import Slug, Strict

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Zone = Annotated[str, Field(pattern=r"^[a-z]$")]
SMALLEST_PREFIX, LARGEST_PREFIX = 16, 24
MANY_ZONES = 4  # `plans.network` has room for as many


class Network(Strict):
    """The VPC that is made. `zones` are letters of availability zones, such as `a`; EKS asks for two at least."""

    cidr: IPv4Network
    zones: tuple[Zone, ...] = Field(min_length=2, max_length=MANY_ZONES)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not SMALLEST_PREFIX <= self.cidr.prefixlen <= LARGEST_PREFIX:
            raise ValueError(f"cidr is {self.cidr}; make its prefix one of /{SMALLEST_PREFIX} to /{LARGEST_PREFIX}")
        if len(set(self.zones)) < len(self.zones):
            raise ValueError("a zone is named twice; name each once")
        return self


class NodeGroup(Strict):
    """Machines of one kind. `gpu` ones take only pods that ask for a GPU; `spot` ones only pods that may be stopped."""

    instance_types: tuple[str, ...] = Field(min_length=1)
    min: int = Field(ge=0)
    max: int = Field(ge=1)
    capacity: Literal["on-demand", "spot"] = "on-demand"
    gpu: bool = False
    disk_gib: int = Field(default=100, ge=20)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min is {self.min} and max is {self.max}; make max the larger")
        return self


class Eks(Strict):
    """The cluster that is made: its Kubernetes version, node groups, and EKS add-ons by name with their versions."""

    version: Annotated[str, Field(pattern=r"^1\.\d+$")]
    node_groups: dict[Slug, NodeGroup] = Field(min_length=1)
    addons: dict[str, str] = Field(default_factory=dict)


class Team(Strict):
    """What one team may use at a time to train; what others leave idle may be borrowed within the stack."""

    cpu: int = Field(default=16, ge=1)
    memory_gib: int = Field(default=64, ge=1)
    gpus: int = Field(default=1, ge=0)


Operator = Literal["gateway", "monitoring", "ray", "queues", "requests", "autoscaler", "gpu"]


class Cluster(Strict):
    """Where pods run: a cluster that is made (`eks`), or one that exists (`context` alone, of the kubeconfig).

    With both, the made cluster is reached by that context, say through a tunnel. `host` is the name that is called, and
    `certificate` a TLS secret in the serving namespace; without one the edge answers in the clear. `runner` is the
    digest of the image that runs our code, in the stack's own repository; before there is one, nothing is pinned.
    `present` are the operators that the cluster has already; all others are installed. `api_cidrs` are the addresses
    from which the API server of a cluster that exists calls pods; that of a made one calls from the stack's network.
    `team` is each team's share.
    """

    host: str
    certificate: str | None = None
    context: str | None = None
    eks: Eks | None = None
    runner: Digest | None = None
    present: tuple[Operator, ...] = ()
    api_cidrs: tuple[IPv4Network, ...] = ()
    team: Team = Team()

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.context is None and self.eks is None:
            raise ValueError("name the context of a cluster that exists, or say in eks what to make")
        if self.eks and self.api_cidrs:
            raise ValueError("api_cidrs means nothing with eks; leave it out: the API server calls from the network")
        return self
