"""Every rule of the pack."""

from infra.policies.rule import Rule
from infra.policies.rules import access, cluster, messaging, network, operations, ours, pod_security, storage

RULES: tuple[Rule, ...] = (
    *storage.RULES,
    *access.RULES,
    *messaging.RULES,
    *network.RULES,
    *cluster.RULES,
    *operations.RULES,
    *pod_security.RULES,
    *ours.RULES,
)
