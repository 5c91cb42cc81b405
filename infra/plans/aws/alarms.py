"""CloudWatch alarms on what only AWS sees of a stack. Everything else is in `rules.py`.

Metrics: https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html,
https://docs.aws.amazon.com/eks/latest/userguide/cloudwatch.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_GIB = 2**30
_STORAGE = 6 * _GIB  # EKS takes no more writes at 8 GiB
BUDGET_PERCENT = 150
"""Of `budget_usd`, which is what stands at rest: half as much again is for traffic, requests and what is stored."""


class AlarmPlan(NamedTuple):
    """An alarm that fires when `metric` was above `threshold` in each of `periods` minutes.

    The values of `dimensions`, which say what it is about, may be known only later.
    """

    name: str
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, Any]
    statistic: str = "Sum"
    threshold: float = 0
    periods: int = 15


def network_alarms(gateways: Mapping[str, Any]) -> Iterator[AlarmPlan]:
    """Yield the alarms on the egress routes; `gateways` are ids of NAT gateways by zone."""
    for zone, gateway in gateways.items():
        for metric, what in (
            ("ErrorPortAllocation", "has no port left for a connection: pods cannot reach AWS or the internet"),
            ("PacketsDropCount", "drops packets: it is near its limit, or AWS has a fault"),
        ):
            yield AlarmPlan(
                f"nat-{zone}-{metric}",
                f"The NAT gateway of zone {zone} {what}. Look for a pod that opens too many; another zone has its own.",
                "AWS/NATGateway",
                metric,
                {"NatGatewayId": gateway},
            )


def cluster_alarms(cluster: Any) -> Iterator[AlarmPlan]:  # noqa: ANN401 - a name, or an Output of it
    """Yield the alarms on a control plane that AWS runs."""
    service, about = "AWS/EKS", {"ClusterName": cluster}
    yield AlarmPlan(
        "eks-no-room",
        "Pods have found no machine for half an hour: a node group is at its max, or nothing resizes it.",
        service,
        "scheduler_pending_pods_UNSCHEDULABLE",
        about,
        periods=30,
    )
    yield AlarmPlan(
        "eks-storage",
        "The cluster's own store has 6 GiB of at most 8; then nothing can be changed. Remove what piles up.",
        service,
        "apiserver_storage_size_bytes",
        about,
        statistic="Maximum",
        threshold=_STORAGE,
    )
    yield AlarmPlan(
        "eks-errors",
        "The Kubernetes API has failed for a quarter of an hour. Look for a webhook that is silent, then ask AWS.",
        service,
        "apiserver_request_total_5XX",
        about,
        threshold=10,  # a minute: upgrades and webhooks that start have a few
    )


def topic_alarms(topics: Mapping[str, Any]) -> Iterator[AlarmPlan]:
    """Yield the alarms on notifications that cannot be delivered; `topics` are names of topics by team."""
    for team, topic in topics.items():
        yield AlarmPlan(
            f"deaf-{team}",  # part of a URN: another name would replace the alarms of existing stacks
            f"Notifications to the team {team} fail: its topic cannot deliver. Check the topic's subscriptions.",
            "AWS/SNS",
            "NumberOfNotificationsFailed",
            {"TopicName": topic},
            periods=1,
        )
