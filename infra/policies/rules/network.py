"""VPC subnets and security groups.

Controls: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
"""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from infra.policies.rule import Props, Rule, is_off
from infra.policies.values import get, items
from pulumi_sixfold.aws import normal

_GROUP = ("sixfold:ec2:SecurityGroup",)
# Nobody has more addresses than these prefixes hold: a wider block is the internet, or a part of it.
_WIDEST = {4: 8, 6: 16}
_EVERY_PROTOCOL = "-1"
_TCP = "tcp"
_UDP = "udp"
_FOR_EVERYONE = (80, 443)
# Remote shells, mail, databases, dashboards: the control's own list.
_HIGH_RISK = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333),
    *(5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
)


def _risky(props: Props) -> Iterable[str]:
    for rule in _from_anywhere(props):
        opened = [port for port in _HIGH_RISK if _opens(rule, port)]
        if opened:
            yield f"{_shown(rule)} is open to anywhere, port {opened[0]} among them"


def _unauthorised(props: Props) -> Iterable[str]:
    for rule in _from_anywhere(props):
        # What opens a port of high risk is reported by EC2.19.
        if not any(_opens(rule, port) for port in _HIGH_RISK) and not _is_web(rule) and _has_ports(rule):
            yield f"{_shown(rule)} is open to anywhere"


def _from_anywhere(props: Props) -> list[dict[str, Any]]:
    """Return the rules for the internet, with the protocol as EC2 writes it."""
    rules = [rule for rule in items(get(props, "ingress")) if _is_anywhere(get(rule, "peer"))]
    return [{**rule, "protocol": _protocol(rule)} for rule in rules]


def _protocol(rule: dict[str, Any]) -> object:
    given = rule.get("protocol")
    return normal.protocol(given) if isinstance(given, str) else given


def _is_anywhere(peer: object) -> bool:
    try:
        network = ip_network(str(peer), strict=False)
    except ValueError:  # a group, a prefix list, or not known yet
        return False
    return network.prefixlen < _WIDEST[network.version]


def _opens(rule: dict[str, Any], port: int) -> bool:
    if rule.get("protocol") == _EVERY_PROTOCOL:
        return True
    return _has_ports(rule) and rule["from_port"] <= port <= rule["to_port"]


def _is_web(rule: dict[str, Any]) -> bool:
    return rule["protocol"] == _TCP and rule["from_port"] == rule["to_port"] and rule["from_port"] in _FOR_EVERYONE


def _has_ports(rule: dict[str, Any]) -> bool:
    """Return whether ports are known and mean something: ICMP has types in their place."""
    ports = (rule.get("from_port"), rule.get("to_port"))
    return rule.get("protocol") in (_TCP, _UDP) and all(isinstance(port, int | float) for port in ports)


def _shown(rule: dict[str, Any]) -> str:
    if rule["protocol"] == _EVERY_PROTOCOL:
        return "ingress of every protocol"
    first, last = rule["from_port"], rule["to_port"]
    return f"ingress of {rule['protocol']} {first:g}" + (f"-{last:g}" if last != first else "")


RULES = (
    Rule(
        "EC2.15",
        "Machines in a subnet get no public address by themselves",
        ("sixfold:ec2:Subnet",),
        is_off("public_addresses"),
        "leave public_addresses out; go out through a NatGateway, come in through a load balancer",
    ),
    Rule(
        "EC2.18",
        "Only HTTP and HTTPS are open to anywhere",
        _GROUP,
        _unauthorised,
        "name a security group, a prefix list or a narrower CIDR as peer",
    ),
    Rule(
        "EC2.19",
        "No port of high risk is open to anywhere",
        _GROUP,
        _risky,
        "name a security group, a prefix list or a narrower CIDR as peer",
    ),
)
