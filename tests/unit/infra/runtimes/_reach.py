"""Which connections the network policies of a stack let through, as Kubernetes reads them.

A pod that no policy chooses is open; policies add up; a connection needs the egress of its source and the ingress of
its target. https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

Manifest = Mapping[str, Any]


class Pod(NamedTuple):
    """A pod, or with no namespace an address outside of the cluster."""

    namespace: str
    address: str
    labels: Mapping[str, str] = {}


def reaches(policies: Iterable[Manifest], source: Pod, target: Pod, port: int) -> bool:
    """Tell whether a TCP connection is let through."""
    known = list(policies)
    return _passes(known, source, "Egress", target, port) and _passes(known, target, "Ingress", source, port)


def _passes(policies: list[Manifest], pod: Pod, way: str, peer: Pod, port: int) -> bool:
    mine = [each["spec"] for each in policies if way in each["spec"]["policyTypes"] and _chooses(each, pod)]
    rules = [rule for spec in mine for rule in spec.get(way.lower(), ())]
    peers = {"Ingress": "from", "Egress": "to"}[way]
    return not mine or any(_fits(rule, rule.get(peers), peer, port) for rule in rules)


def _chooses(policy: Manifest, pod: Pod) -> bool:
    return policy["metadata"]["namespace"] == pod.namespace and _selects(policy["spec"]["podSelector"], pod.labels)


def _fits(rule: Manifest, peers: list[Manifest] | None, peer: Pod, port: int) -> bool:
    ports = rule.get("ports")
    opened = ports is None or any(each["port"] == port and each.get("protocol", "TCP") == "TCP" for each in ports)
    return opened and (peers is None or any(_is(each, peer) for each in peers))


def _is(described: Manifest, peer: Pod) -> bool:
    if block := described.get("ipBlock"):
        address = ip_address(peer.address)
        return address in ip_network(block["cidr"]) and all(
            address not in ip_network(each) for each in block.get("except", ())
        )
    where = {"kubernetes.io/metadata.name": peer.namespace}
    chosen = _selects(described["namespaceSelector"], where) and _selects(described.get("podSelector", {}), peer.labels)
    return bool(peer.namespace) and chosen


def _selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    by = {"In": lambda value, values: value in values, "NotIn": lambda value, values: value not in values}
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        by[each["operator"]](labels.get(each["key"]), each["values"]) for each in selector.get("matchExpressions", ())
    )
