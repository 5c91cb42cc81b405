"""Rules about the edge on Kubernetes, each broken, and what is not known yet."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.policies.rules.edge import RULES

Props = dict[str, Any]

GATEWAY, SERVICE = "kubernetes:gateway.networking.k8s.io/v1:Gateway", "kubernetes:core/v1:Service"
INTERNAL = {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}}
LISTENERS = [{"port": 80, "protocol": "HTTP"}, {"port": 443, "protocol": "HTTPS"}]
SPEC = {"gatewayClassName": "edge", "infrastructure": INTERNAL, "listeners": LISTENERS}
BALANCED = {"metadata": INTERNAL, "spec": {"type": "LoadBalancer"}}
BROKEN: list[tuple[str, str, Props]] = [
    ("Edge.1", GATEWAY, {"spec": {**SPEC, "listeners": LISTENERS[:1]}}),
    ("Edge.2", GATEWAY, {"spec": {**SPEC, "infrastructure": None}}),
    ("Edge.2", GATEWAY, {"spec": {**SPEC, "infrastructure": {"annotations": {"scheme": "internal"}}}}),
    ("Edge.2", SERVICE, {"spec": {"type": "LoadBalancer"}}),
    ("Edge.2", SERVICE, {"metadata": INTERNAL, "spec": {"type": "NodePort"}}),
]
CLEAN: list[tuple[str, Props]] = [
    (GATEWAY, {"spec": SPEC}),
    (SERVICE, BALANCED),
    (SERVICE, {"spec": {"type": "ClusterIP"}}),
    (SERVICE, {"spec": {}}),
]


def caught(token: str, props: Props) -> set[str]:
    return {rule.id for rule in RULES if rule.covers(token) and list(rule.check(props))}


@pytest.mark.parametrize(("rule", "token", "props"), BROKEN)
def test_a_broken_rule_is_caught_and_no_other(rule: str, token: str, props: Props) -> None:
    assert caught(token, props) == {rule}


@pytest.mark.parametrize(("token", "props"), CLEAN)
def test_a_clean_resource_passes_whatever_of_it_is_unknown(
    token: str, props: Props, each_part_unknown: Callable[[Props], Iterator[Props]]
) -> None:
    for each in (props, *each_part_unknown(props)):
        assert caught(token, each) == set()
