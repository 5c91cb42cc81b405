"""How people ask a cluster's Prometheus: through the API server, which knows who they are and what they may do.

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
    """Return the RBAC rule that lets somebody ask it: to `get`, which changes nothing, and no other Service."""
    return {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": [SERVICE], "verbs": ["get"]}


def callers(cidrs: Iterable[str]) -> list[Peer]:
    """Return the API server as Prometheus sees it: no pod, but somebody at these addresses."""
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]
