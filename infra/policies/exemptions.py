"""Exemptions from rules, each with its reason. To exempt more, add a line here; no rule is weakened for a case."""

from infra.policies.rule import Exemption, Rule, Setting

EXEMPTIONS = (
    Exemption(
        ("S3.5",),
        "on a stand-in for AWS",
        lambda setting: setting.stand_in,
        "a stand-in answers on this machine, without TLS",
    ),
    Exemption(
        ("DataLoss.1", "DataLoss.2", "DataLoss.3", "DataLoss.4", "DynamoDB.2", "S3.14"),
        "in stacks with deletion_protection: false",
        lambda setting: not setting.deletion_protection,
        "the stack file says that its data may go",
    ),
    Exemption(
        ("Edge.1",),
        "in stacks with cluster.insecure: true",
        lambda setting: setting.insecure,
        "the stack file says that requests go in the clear, inside the stack's network",
    ),
)


def exemption(rule: Rule, setting: Setting) -> Exemption | None:
    """Return why a rule does not hold in this setting; None where it does."""
    return next((each for each in EXEMPTIONS if rule.id in each.rules and each.applies(setting)), None)
