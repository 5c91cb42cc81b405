"""Network policies. Each namespace denies everything; each workload then has one policy with just its edges."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra.plans.kubernetes.manifest import NAMESPACE, Manifest, manifest
from infra.plans.kubernetes.pods import PORT

Peer = dict[str, Any]
# What a pod finds its role at (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html), and what it
# must never reach: the credentials of the machine.
_IDENTITY, _METADATA = "169.254.170.23/32", "169.254.169.254/32"
# EKS gives Services one of two ranges, and its first address to the API server. The VPC CNI compares this address,
# and not the one behind it. https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
_API_SERVICE = ("10.100.0.1/32", "172.20.0.1/32")
_NODE_DNS = "169.254.20.10/32"  # https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/

_ANYWHERE = {"cidr": "0.0.0.0/0", "except": [_METADATA]}


def deny_all(namespace: str) -> Manifest:
    """Return the policy that denies all traffic of a namespace."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return manifest("networking.k8s.io/v1", "NetworkPolicy", "deny-all", namespace, spec=spec)


def allow(
    name: str,
    namespace: str,
    *,
    labels: Mapping[str, str],
    callers: Sequence[Peer] = (),
    ports: Sequence[int] = (PORT,),
    udp: Sequence[int] = (),
    egress: Sequence[dict[str, Any]] = (),
) -> Manifest:
    """Return the policy of the pods with some labels: their callers, their ports (none: any) and their egress rules."""
    both = [("TCP", port) for port in ports] + [("UDP", port) for port in udp]
    opened = {"ports": [{"protocol": protocol, "port": port} for protocol, port in both]} if both else {}
    spec = {
        "podSelector": {"matchLabels": dict(labels)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": list(callers), **opened}] if callers else [],
        "egress": list(egress),
    }
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec)


def pods_of(namespace: str, labels: Mapping[str, str] | None = None) -> Peer:
    """Return the pods of a namespace, all or those with some labels."""
    found: Peer = {"namespaceSelector": {"matchLabels": {NAMESPACE: namespace}}}
    return found | ({"podSelector": {"matchLabels": dict(labels)}} if labels else {})


def egress_dns() -> dict[str, Any]:
    """Return the egress rule to the cluster's DNS, and to the resolver that a cluster may have on each machine."""
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    return {"to": [pods_of("kube-system", {"k8s-app": "kube-dns"}), {"ipBlock": {"cidr": _NODE_DNS}}], "ports": ports}


def egress_api(api: Iterable[str]) -> dict[str, Any]:
    """Return the egress rule to the API server, which calls from the addresses `api`; unless known, it is anywhere."""
    known = tuple(api)
    blocks = [{"cidr": cidr} for cidr in (*_API_SERVICE, *known)] if known else [_ANYWHERE]
    return {"to": [{"ipBlock": block} for block in blocks], "ports": [{"protocol": "TCP", "port": 443}]}


def egress_aws() -> list[dict[str, Any]]:
    """Return the egress rules to AWS's APIs, which have no fixed addresses, and to the EKS Pod Identity agent."""
    return [
        {"to": [{"ipBlock": {"cidr": _IDENTITY}}], "ports": [{"protocol": "TCP", "port": 80}]},
        {
            "to": [{"ipBlock": _ANYWHERE}],
            "ports": [{"protocol": "TCP", "port": 443}],
        },
    ]
