"""Prometheus proxy: people query a cluster's Prometheus through the API server, which checks their rights.

https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
"""

from collections.abc import Iterable
from typing import Any

from infra.plans import names
from infra.plans.kubernetes.network_policy import Peer

SERVICE = "prometheus-operated:web"
"""The Service that the operator puts before every Prometheus of a namespace, and its port."""


def path(stack: str) -> str:
    """Return the path of a stack's Prometheus in the API of its cluster."""
    return f"/api/v1/namespaces/{names.namespace(stack, 'monitoring')}/services/{SERVICE}/proxy"


def rule() -> dict[str, Any]:
    """Return the RBAC rule for queries: read-only, `get` on the proxy of this one Service."""
    return {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": [SERVICE], "verbs": ["get"]}


def callers(cidrs: Iterable[str]) -> list[Peer]:
    """Return the network peers of the API server: it is no pod, and calls from these addresses."""
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]
