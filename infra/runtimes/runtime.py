"""The runtime of a stack: where its workloads run, and which AWS is theirs. The composition root uses either one."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from pulumi import Input, Output

from infra.plans.aws.statements import Document
from infra.plans.routing.traffic import Address, VersionTraffic
from pulumi_sixfold.resources.provider import Provider
from sixfold.contract import Product
from sixfold.outputs import Endpoints


class Workloads(NamedTuple):
    """The workloads of a stack: its products and their traffic, and the `environment` of every job.

    `account` is the AWS account; `role_arns` and `policy_arns` are the rights of each job; each team is notified of
    alerts by its topic in `topic_arns`.
    """

    products: Mapping[str, Product]
    traffic: tuple[VersionTraffic, ...]
    environment: Mapping[str, Input[str]]
    account: Output[str]
    role_arns: Mapping[str, Output[str]]
    policy_arns: Mapping[str, Output[str]]
    topic_arns: Mapping[str, Output[str]]


class Runtime(Protocol):
    """One runtime.

    Attributes:
        provider: the AWS that everything else of the stack is made in.
        address: gives each pinned release its address.
        edge: the base URL of all products.
        endpoints: where people look.

    """

    provider: Provider
    address: Address
    edge: str
    endpoints: Endpoints

    @property
    def aws_endpoint(self) -> Input[str | None]:
        """The address of a stand-in for AWS; None on real AWS."""
        ...

    def trust(self, job: str) -> Input[Document]:
        """Return the trust policy of a job's role."""
        ...

    def run(self, workloads: Workloads) -> Output[Any]:
        """Declare the workloads, and return what is known once all that answers requests runs."""
        ...
