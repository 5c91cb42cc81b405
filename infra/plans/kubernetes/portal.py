"""The portal on a cluster: one pod that shows the stack to people, who reach it through the API server.

The API server checks who they are and what they may, so that the pod needs no login of its own; nobody else calls it.
https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
"""

from collections.abc import Iterable
from typing import Any

from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.manifest import COMPONENT, NAME, Manifest
from sixfold.wire import ENV_EDGE, ENV_PRODUCTS, ENV_PROMETHEUS

PORTAL = "portal-server"
"""Beside the gateway's `portal`, which answers consumers on paths without a release."""
SERVICE = f"{PORTAL}:http"
_LABELS = {NAME: PORTAL, COMPONENT: "monitoring"}


def portal_base(
    where: str, *, callers: Iterable[network_policy.Peer], prometheus: network_policy.Peer
) -> tuple[Manifest, ...]:
    """Return the portal's service account and network policy: it calls AWS and Prometheus."""
    asked = {"to": [prometheus], "ports": [{"protocol": "TCP", "port": 9090}]}
    edges = [network_policy.egress_dns(), asked, *network_policy.egress_aws()]
    return (
        pods.account(PORTAL, where),
        network_policy.allow(PORTAL, where, labels={NAME: PORTAL}, callers=list(callers), egress=edges),
    )


def portal(where: str, image: Any, products: Iterable[str], edge: str) -> tuple[Manifest, ...]:  # noqa: ANN401 - a text, or an Output
    """Return the portal's Deployment and Service; it shows these products, which consumers call at `edge`."""
    shown = pods.of_the_platform(
        {"name": ENV_PRODUCTS, "value": ",".join(sorted(products))},
        {"name": ENV_EDGE, "value": edge},
        {"name": ENV_PROMETHEUS, "value": f"http://prometheus-operated.{where}:9090"},
    )
    run = ["python", "-m", "monitoring.portal", "--port", str(pods.PORT), "--host", "0.0.0.0"]  # noqa: S104 - in its pod
    shows = pods.container("portal", image=image, command=run, cpu="250m", memory="2Gi", ready="/readyz", **shown)
    template = pods.pod([shows], labels=_LABELS, service_account=PORTAL)
    return (
        pods.deployment(PORTAL, where, template=template, replicas=1),
        pods.service(PORTAL, where, _LABELS),
    )


def rule() -> dict[str, Any]:
    """Return the RBAC rule for the portal: read-only, `get` on the proxy of this one Service."""
    return {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": [SERVICE], "verbs": ["get"]}
