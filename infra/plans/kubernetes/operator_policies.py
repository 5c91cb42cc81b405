"""Network policies of an operator's namespace: everything is denied, and opened what the table of operators says.

Policies add up: each names its pods by what they have or lack, and opens one edge. Nobody scrapes operators.
"""

from collections.abc import Sequence
from typing import Any

from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.gateway import PORTAL
from infra.plans.kubernetes.manifest import NAME, Manifest, manifest
from infra.plans.kubernetes.operators import Operator

# Envoy Gateway's proxies listen ten thousand above their ports, as they may bind none below 1024
# (https://gateway.envoyproxy.io/docs/tasks/operations/customize-envoyproxy/).
_LISTENERS = (10080, 10443)
_CONFIGURED_AT = (18000, 18001, 18002)  # their configuration, rate limits and code
_ANYBODY = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]


def operator_policies(operator: Operator, api: Sequence[str]) -> tuple[Manifest, ...]:
    """Return the policies of an operator, which the API server calls from the addresses `api`.

    Where nobody said from where, as on a cluster that the stack did not make, it is called from anywhere: a webhook
    that cannot be called stops everything that it looks at.
    """
    callers = [{"ipBlock": {"cidr": cidr}} for cidr in api] or _ANYBODY
    own = {"matchExpressions": [_label(*operator.proxies, "NotIn")]} if operator.proxies else {}
    return (
        network_policy.deny_all(operator.namespace),
        _policy(
            operator.release,
            operator,
            own,
            ingress=[{"from": callers, "ports": _tcp(operator.called)}] if operator.called else [],
            egress=[network_policy.egress_dns(), network_policy.egress_api(api), *operator.calls],
        ),
        *(_of_proxies(operator, *operator.proxies) if operator.proxies else ()),
    )


def _of_proxies(operator: Operator, label: str, value: str) -> tuple[Manifest, ...]:
    """Return the policies of a gateway's proxies, called by consumers, calling releases, portals and the operator."""
    proxies, own = ({"matchExpressions": [_label(label, value, by)]} for by in ("In", "NotIn"))
    here = network_policy.pods_of(operator.namespace)
    # Of every stack on this cluster: they share the operator.
    behind = [{"namespaceSelector": {}, "podSelector": {"matchLabels": {NAME: each}}} for each in ("release", PORTAL)]
    return (
        _policy(
            "proxies",
            operator,
            proxies,
            ingress=[{"from": _ANYBODY, "ports": _tcp(_LISTENERS)}],
            egress=[
                network_policy.egress_dns(),
                {"to": [here], "ports": _tcp(_CONFIGURED_AT)},
                {"to": behind, "ports": _tcp((pods.PORT,))},
            ],
        ),
        _policy(
            "configuration",
            operator,
            own,
            ingress=[{"from": [{**here, "podSelector": proxies}], "ports": _tcp(_CONFIGURED_AT)}],
            egress=[],
        ),
    )


def _label(name: str, value: str, by: str) -> dict[str, Any]:
    return {"key": name, "operator": by, "values": [value]}


def _tcp(ports: Sequence[int]) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _policy(
    name: str, operator: Operator, chosen: dict[str, Any], *, ingress: list[Any], egress: list[Any]
) -> Manifest:
    spec = {"podSelector": chosen, "policyTypes": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, operator.namespace, spec=spec)
