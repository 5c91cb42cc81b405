"""The pack that `pulumi preview --policy-pack infra/policies` runs."""

from pulumi_policy import PolicyPack

from infra.policies.catalogue import RULES, STACK_RULES
from infra.policies.pack import Stack, listen, policy, stack_policy

stack = Stack()
listen(stack)
PolicyPack("sixfold", [*(policy(rule, stack) for rule in RULES), *(stack_policy(rule, stack) for rule in STACK_RULES)])
