"""The live evaluation on a cluster: one pod that joins predictions with labels, and keeps their log in order.

Two pods would both compact the log and export each figure twice, so the old one ends before the new one starts.
"""

from collections.abc import Iterable
from typing import Any

from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.manifest import COMPONENT, NAME, Manifest
from sixfold.wire import ENV_PRODUCTS

EVALUATION = "evaluation"
_LABELS = {NAME: EVALUATION, COMPONENT: "monitoring"}
# Any number of predictions takes 0.8 GiB (docs/concepts/label-loop.md); the rest is for the skew, a process of its own.
_MEMORY = "4Gi"


def evaluation_base(where: str, *, scraper: network_policy.Peer) -> tuple[Manifest, ...]:
    """Return the evaluation's service account and network policy: it calls AWS, and only Prometheus calls it."""
    edges = [network_policy.egress_dns(), *network_policy.egress_aws()]
    return (
        pods.account(EVALUATION, where),
        network_policy.allow(EVALUATION, where, labels={NAME: EVALUATION}, callers=[scraper], egress=edges),
    )


def evaluation(where: str, image: Any, products: Iterable[str]) -> tuple[Manifest, ...]:  # noqa: ANN401 - a text, or an Output
    """Return the evaluation's Deployment and Service; it watches these products."""
    watched = pods.of_the_platform({"name": ENV_PRODUCTS, "value": ",".join(sorted(products))})
    run = ["python", "-m", "monitoring.evaluation", "--port", str(pods.PORT), "--host", "0.0.0.0"]  # noqa: S104 - in its pod
    evaluates = pods.container(
        EVALUATION,
        image=image,
        command=run,
        cpu="500m",
        memory=_MEMORY,
        ready="/readyz",
        **watched,
    )
    template = pods.pod([evaluates], labels=_LABELS, service_account=EVALUATION)
    return (
        pods.deployment(EVALUATION, where, template=template, replicas=1, strategy=pods.ONE_AFTER_THE_OTHER),
        pods.service(EVALUATION, where, _LABELS),
    )
