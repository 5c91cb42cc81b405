"""Every rule of the pack."""

from infra.policies.rule import Rule, StackRule
from infra.policies.rules import (
    access,
    cluster,
    cost,
    edge,
    endpoints,
    messaging,
    network,
    operations,
    ours,
    pod_security,
    storage,
    trust,
)

RULES: tuple[Rule, ...] = (
    *storage.RULES,
    *access.RULES,
    *trust.RULES,
    *messaging.RULES,
    *network.RULES,
    *endpoints.RULES,
    *cluster.RULES,
    *operations.RULES,
    *edge.RULES,
    *pod_security.RULES,
    *ours.RULES,
)

STACK_RULES: tuple[StackRule, ...] = cost.STACK_RULES
