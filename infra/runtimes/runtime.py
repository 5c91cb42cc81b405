"""Where a stack's workloads run, and which AWS is theirs: what the composition root asks of either runtime."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from pulumi import Input, Output

from infra.plans.routing.traffic import Pins, Upstreams, VersionTraffic
from pulumi_sixfold.resources.provider import Provider
from sixfold.contract import Product
from sixfold.outputs import Endpoints


class Work(NamedTuple):
    """What is to run: who answers whom, and what each job needs to know (`environment`).

    `role_arns` and `policy_arns` say what each job may do; by `topic_arns` each team is told of alerts.
    """

    products: Mapping[str, Product]
    traffic: tuple[VersionTraffic, ...]
    environment: Mapping[str, Input[str]]
    role_arns: Mapping[str, Output[str]]
    policy_arns: Mapping[str, Output[str]]
    topic_arns: Mapping[str, Output[str]]


class Site(Protocol):
    """One runtime.

    Attributes:
        provider: the AWS that everything else of the stack is made in.
        trusted: the AWS service through which a job takes its role.
        edge: the base URL of all products.
        endpoints: where people look.

    """

    provider: Provider
    trusted: str
    edge: str
    endpoints: Endpoints

    @property
    def aws_endpoint(self) -> Input[str | None]:
        """The address of a stand-in for AWS; None on real AWS."""
        ...

    def upstreams(self, pins: Pins) -> Upstreams:
        """Return by product and API version who answers, and at which address."""
        ...

    def run(self, work: Work) -> None:
        """Run it."""
        ...
