"""Requests per second as a metric of pods, by which the autoscalers of releases decide.

The API server asks prometheus-adapter, and that asks the stack's Prometheus. Keys:
https://github.com/kubernetes-sigs/prometheus-adapter/blob/master/docs/config.md.
"""

from typing import Any

from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.operators import Operator
from sixfold.metric_names import ALL_REQUESTS, REQUESTS

ADAPTER = "prometheus-adapter"
"""The adapter's namespace."""
METRIC = "sixfold_requests_per_second"
A_POD_TAKES = 20
"""Requests per second that a release's pod should get.

A request of one row took a release with five feature views 14.4 ms of processor time, nearly all of it to read the
features (200 reads and 500 requests on two cores, 2026-11-25). Of the half a core that a pod asks for, 20 a second use
58%.
"""

_PROMETHEUS = 9090
# A request that another release answered is as much work as one of its own.
_QUERY = f'sum(rate({{__name__=~"{ALL_REQUESTS}",<<.LabelMatchers>>}}[1m])) by (<<.GroupBy>>)'
RULE: dict[str, Any] = {
    "seriesQuery": f'{REQUESTS}{{namespace!="",pod!=""}}',
    "resources": {"overrides": {name: {"resource": name} for name in ("namespace", "pod")}},
    "name": {"as": METRIC},
    "metricsQuery": _QUERY,
}
"""What the adapter has to know; one that a cluster has already needs it too."""


def adapter(monitoring: str) -> Operator:
    """Return the adapter, which reads the Prometheus of the namespace `monitoring`."""
    return Operator(
        name="requests",
        release=ADAPTER,
        namespace=ADAPTER,
        chart="prometheus-adapter",
        version="5.3.0",
        groups=(),
        repository="https://prometheus-community.github.io/helm-charts",
        values={
            "prometheus": {"url": f"http://prometheus-operated.{monitoring}.svc", "port": _PROMETHEUS},
            "rules": {"default": False, "custom": [RULE]},
            "replicas": 2,
            "podSecurityContext": pods.security(),
            "securityContext": pods.LOCKED,
        },
        called=(6443,),
        calls=({"to": [network_policy.pods_of(monitoring)], "ports": [{"protocol": "TCP", "port": _PROMETHEUS}]},),
    )
