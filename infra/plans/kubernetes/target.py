"""The Kubernetes target of a stack: its namespaces, and the address of its gateway."""

from typing import NamedTuple


class KubernetesTarget(NamedTuple):
    """Namespaces of a stack and of the gateway's controller, the name that consumers call, and its TLS secret.

    Without a secret all goes in the clear. `api` are the addresses (CIDR) from which the API server calls pods.
    `public`: the load balancer is on the internet.
    """

    stack: str
    namespace: str
    monitoring: str
    gateway: str
    host: str
    certificate: str | None
    api: tuple[str, ...] = ()
    public: bool = False
