"""The sections of a stack file that only a stack on Kubernetes has."""

from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sixfold.declared import Slug, Strict

ImageDigest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Zone = Annotated[str, Field(pattern=r"^[a-z]$")]
SMALLEST_PREFIX, LARGEST_PREFIX = 16, 24
MANY_ZONES = 4  # `plans.network` has room for as many


class Network(Strict):
    """The VPC to create."""

    cidr: IPv4Network
    """Addresses of the VPC; prefix /16 to /24."""
    zones: tuple[Zone, ...] = Field(min_length=2, max_length=MANY_ZONES)
    """Letters of availability zones, such as `a`; EKS needs at least two."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not SMALLEST_PREFIX <= self.cidr.prefixlen <= LARGEST_PREFIX:
            raise ValueError(f"cidr is {self.cidr}; make its prefix one of /{SMALLEST_PREFIX} to /{LARGEST_PREFIX}")
        if len(set(self.zones)) < len(self.zones):
            raise ValueError("a zone is named twice; name each once")
        return self


class NodeGroup(Strict):
    """A group of machines of one kind."""

    instance_types: tuple[str, ...] = Field(min_length=1)
    """EC2 instance types, the preferred one first."""
    min: int = Field(ge=0)
    """Least number of machines."""
    max: int = Field(ge=1)
    """Largest number of machines."""
    capacity: Literal["on-demand", "spot"] = "on-demand"
    """`spot` machines are tainted: only pods that may be stopped run there."""
    gpu: bool = False
    """GPU machines are tainted: only pods that request a GPU run there."""
    disk_gib: int = Field(default=100, ge=20)
    """Disk of a machine, GiB."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min is {self.min} and max is {self.max}; make max the larger")
        return self


class Eks(Strict):
    """The EKS cluster to create."""

    version: Annotated[str, Field(pattern=r"^1\.\d+$")]
    """Kubernetes version."""
    node_groups: dict[Slug, NodeGroup] = Field(min_length=1)
    """Node groups by name."""
    addons: dict[str, str] = Field(default_factory=dict)
    """EKS add-ons: version by name."""


class Team(Strict):
    """Training quota of one team. Quota that other teams leave idle may be borrowed within the stack."""

    cpu: int = Field(default=16, ge=1)
    """Processors."""
    memory_gib: int = Field(default=64, ge=1)
    """Memory, GiB."""
    gpus: int = Field(default=1, ge=0)
    """GPUs."""


Operator = Literal["gateway", "monitoring", "ray", "queues", "requests", "autoscaler", "gpu"]


class Cluster(Strict):
    """The Kubernetes cluster: one to create (`eks`), an existing one (`context` alone), or both.

    With both, the created cluster is reached by `context`, for example through a tunnel.
    """

    host: str
    """Host name that consumers call."""
    certificate: str | None = None
    """Name of a TLS secret in the serving namespace; needed unless the stack is `insecure`."""
    insecure: bool = False
    """Answer over plain HTTP: whoever is on the way reads rows and keys, and can change answers."""
    public: bool = False
    """Put the load balancer on the internet; else only networks that lead to the stack's own reach it."""
    context: str | None = None
    """Context of the kubeconfig by which the API server is reached."""
    eks: Eks | None = None
    """The cluster to create; None: `context` names an existing one."""
    runner: ImageDigest | None = None
    """Digest of the runner image in the stack's own repository; no release can be pinned before it exists."""
    present: tuple[Operator, ...] = ()
    """Operators that the cluster already has; all others are installed."""
    api_cidrs: tuple[IPv4Network, ...] = ()
    """Addresses from which the API server of an existing cluster calls pods; refused with `eks`."""
    team: Team = Team()
    """Training quota of each team."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.context is None and self.eks is None:
            raise ValueError("name the context of a cluster that exists, or say in eks what to make")
        if self.certificate is None and not self.insecure:
            raise ValueError("name the TLS secret in certificate; or say insecure: true, and all goes in the clear")
        if self.certificate and self.insecure:
            raise ValueError("insecure means nothing with a certificate; leave one of the two out")
        if self.insecure and self.public:
            raise ValueError("nothing goes in the clear over the internet: leave out public, or bring a certificate")
        if self.eks and self.api_cidrs:
            raise ValueError("api_cidrs means nothing with eks; leave it out: the API server has its own subnets")
        return self
