"""Monitoring on a cluster: custom resources of the Prometheus operator, from the same rules as on one machine.

Keys: https://prometheus-operator.dev/docs/api-reference/api/.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from infra.plans.kubernetes import network_policy, pods, portal, prometheus_proxy
from infra.plans.kubernetes.evaluation import EVALUATION, evaluation, evaluation_base
from infra.plans.kubernetes.gateway import PORTAL
from infra.plans.kubernetes.manifest import (
    COMPONENT,
    NAME,
    PRODUCT,
    RELEASE,
    VERSION,
    Manifest,
    Phase,
    Phases,
    manifest,
    namespace,
)
from infra.plans.kubernetes.quota import needed, quota
from infra.plans.kubernetes.requests import ADAPTER
from infra.plans.kubernetes.target import KubernetesTarget
from infra.plans.monitoring.dashboards import product_dashboard
from infra.plans.monitoring.scraping import CLAIMED, OF_A_RELEASE_ONLY
from sixfold.contract import Product

_API = "monitoring.coreos.com/v1"
EXPORTER, PROMETHEUS, ALERTMANAGER = "exporter", "prometheus", "alertmanager"
_MONITORS = {PROMETHEUS: 9090, ALERTMANAGER: 9093}
_SCRAPED = {"app.kubernetes.io/part-of": "sixfold"}
_WITH_SIDECARS = 1.5  # the operator puts a small container beside each monitor, to tell it of new rules


def plan_monitoring(
    target: KubernetesTarget,
    *,
    products: Mapping[str, Product],
    rules: dict[str, Any],
    routing: Any,  # noqa: ANN401 - Alertmanager's configuration as text, or an Output of it
    image: Any,  # noqa: ANN401 - a text, an Output, or None: then lake and predictions are not watched yet
    environment: Mapping[str, Any],
    edge: str,
) -> Phases:
    """Return the monitoring: Prometheus and Alertmanager with two pods each, the rules, and a dashboard a product."""
    own, prometheus = target.monitoring, network_policy.pods_of(target.monitoring, {NAME: PROMETHEUS})
    monitors = (
        manifest(_API, "Prometheus", PROMETHEUS, own, spec=_prometheus(target)),
        manifest(_API, "Alertmanager", ALERTMANAGER, own, spec=_alertmanager()),
        manifest(_API, "PrometheusRule", "sixfold", own, labels=_SCRAPED, spec=rules),
        *(_dashboard(product, own) for product in products.values()),
        *(_ours(own, image, products, edge) if image is not None else ()),
    )
    base = (
        *quota(own, needed(monitors).times(_WITH_SIDECARS)),
        network_policy.deny_all(own),
        *(pods.account(name, own) for name in (EXPORTER, *_MONITORS)),
        manifest("v1", "ConfigMap", pods.PLATFORM, own, data=dict(environment)),
        manifest("v1", "Secret", ALERTMANAGER, own, stringData={"alertmanager.yaml": routing}),
        *_reading(target),
        *_edges(target),
        *evaluation_base(own, scraper=prometheus),
        *portal.portal_base(own, callers=[prometheus, *prometheus_proxy.callers(target.api)], prometheus=prometheus),
    )
    remote = (
        _scraping("release", target.namespace, {NAME: "release"}, (PRODUCT, VERSION, RELEASE), _OF_RELEASES),
        _scraping(PORTAL, target.namespace, {NAME: PORTAL}, (), port=pods.METRICS),
    )
    phases = (
        Phase("namespace", (namespace(own),)),
        Phase("base", base, after=("namespace",)),
        Phase("monitors", monitors, after=("base",)),
        Phase("remote", remote, after=("base",)),  # in the serving namespace, where the releases are
    )
    return pods.restarted_by(phases, environment)


def _prometheus(target: KubernetesTarget) -> dict[str, Any]:
    here = {"matchLabels": {"kubernetes.io/metadata.name": target.monitoring}}
    both = [target.monitoring, target.namespace]
    return {
        **_monitor(PROMETHEUS, memory="2Gi"),
        "retention": "15d",
        "externalLabels": {"stack": target.stack},
        "ruleSelector": {"matchLabels": _SCRAPED},
        "ruleNamespaceSelector": here,
        # Else whoever may edit a ServiceMonitor reads Prometheus' own token by it.
        "arbitraryFSAccessThroughSMs": {"deny": True},
        "serviceMonitorSelector": {"matchLabels": _SCRAPED},
        "serviceMonitorNamespaceSelector": {
            "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": both}]
        },
        "alerting": {
            "alertmanagers": [{"namespace": target.monitoring, "name": "alertmanager-operated", "port": "web"}]
        },
    }


def _alertmanager() -> dict[str, Any]:
    return {**_monitor(ALERTMANAGER, memory="128Mi"), "configSecret": ALERTMANAGER}


def _monitor(name: str, *, memory: str) -> dict[str, Any]:
    return {
        "replicas": 2,
        "serviceAccountName": name,
        "podMetadata": {"labels": {NAME: name}},
        "securityContext": pods.security(),
        "resources": {"requests": {"cpu": "100m", "memory": memory}, "limits": {"memory": memory}},
    }


def _reading(target: KubernetesTarget) -> tuple[Manifest, ...]:
    """Allow Prometheus to discover its targets, in two namespaces and nowhere else."""
    found = [{"apiGroups": [""], "resources": ["services", "endpoints", "pods"], "verbs": ["get", "list", "watch"]}]
    found += [{"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["get", "list", "watch"]}]
    return tuple(each for where in (target.monitoring, target.namespace) for each in _granted(where, target, found))


def _granted(where: str, target: KubernetesTarget, rules: list[dict[str, Any]]) -> tuple[Manifest, ...]:
    api, kind = "rbac.authorization.k8s.io/v1", {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role"}
    who = {"kind": "ServiceAccount", "name": PROMETHEUS, "namespace": target.monitoring}
    return (
        manifest(api, "Role", PROMETHEUS, where, rules=rules),
        manifest(api, "RoleBinding", PROMETHEUS, where, roleRef={**kind, "name": PROMETHEUS}, subjects=[who]),
    )


def _edges(target: KubernetesTarget) -> tuple[Manifest, ...]:
    """Return the network policies. The API server, which gives Prometheus its targets, is anywhere at port 443."""
    own = target.monitoring
    prometheus, alertmanager = ({NAME: name} for name in _MONITORS)
    scraped = [{"to": [network_policy.pods_of(where)]} for where in (own, target.namespace)]
    calls = {
        PROMETHEUS: (
            [
                *prometheus_proxy.callers(target.api),
                network_policy.pods_of(ADAPTER),
                network_policy.pods_of(own, {NAME: portal.PORTAL}),
            ],
            [network_policy.egress_dns(), *scraped, *network_policy.egress_aws()],
        ),
        ALERTMANAGER: (
            [network_policy.pods_of(own, prometheus), network_policy.pods_of(own, alertmanager)],
            [
                network_policy.egress_dns(),
                {"to": [network_policy.pods_of(own, alertmanager)]},
                *network_policy.egress_aws(),
            ],
        ),
        EXPORTER: (
            [network_policy.pods_of(own, prometheus)],
            [network_policy.egress_dns(), *network_policy.egress_aws()],
        ),
    }
    ports = {PROMETHEUS: (9090,), ALERTMANAGER: (9093, _GOSSIP), EXPORTER: (pods.PORT,)}
    udp = {ALERTMANAGER: (_GOSSIP,)}  # Alertmanagers find each other over both protocols
    return tuple(
        network_policy.allow(
            name, own, labels={NAME: name}, callers=callers, ports=ports[name], udp=udp.get(name, ()), egress=egress
        )
        for name, (callers, egress) in calls.items()
    )


def _ours(own: str, image: Any, products: Iterable[str], edge: str) -> tuple[Manifest, ...]:  # noqa: ANN401 - as above
    """Return the jobs that run our own code."""
    return (
        *_exporter(own, image),
        *_evaluation(own, image, products),
        *portal.portal(own, image, products, edge),
        _scraping(portal.PORTAL, own, {NAME: portal.PORTAL}, ()),
    )


def _exporter(own: str, image: Any) -> tuple[Manifest, ...]:  # noqa: ANN401 - a text, or an Output
    """Return the lake's exporter: one pod, because its figures describe the lake and not the pod."""
    labels = {NAME: EXPORTER, COMPONENT: "monitoring"}
    run = ["python", "-m", "monitoring.exporter", "--port", str(pods.PORT), "--host", "0.0.0.0"]  # noqa: S104 - in its pod
    shows = pods.container(
        EXPORTER,
        image=image,
        command=run,
        cpu="100m",
        memory="1Gi",
        ready="/readyz",
        **pods.of_the_platform(),
    )
    template = pods.pod([shows], labels=labels, service_account=EXPORTER)
    return (
        pods.deployment(EXPORTER, own, template=template, replicas=1),
        pods.service(EXPORTER, own, labels),
        _scraping(EXPORTER, own, {NAME: EXPORTER}, (), _TRUSTED),
    )


def _evaluation(own: str, image: Any, products: Iterable[str]) -> tuple[Manifest, ...]:  # noqa: ANN401 - as above
    return (*evaluation(own, image, products), _scraping(EVALUATION, own, {NAME: EVALUATION}, (), _TRUSTED))


_GOSSIP = 9094
_TRUSTED = {"honorLabels": True}
_OF_RELEASES = {
    "honorLabels": False,
    "honorTimestamps": False,
    "metricRelabelings": [
        {"sourceLabels": ["__name__"], "regex": OF_A_RELEASE_ONLY, "action": "keep"},
        {"regex": CLAIMED, "action": "labeldrop"},
    ],
}


def _scraping(
    name: str,
    where: str,
    selector: dict[str, str],
    kept: tuple[str, ...],
    trust: Mapping[str, Any] | None = None,
    *,
    port: str = "http",
) -> Manifest:
    """Return the scrape targets; some labels of a Service become labels of its series, under the same names.

    `trust` says what is believed of the targets' own words, in keys of an endpoint; None: no label that a target has.
    """
    relabelled = [
        {
            "sourceLabels": [f"__meta_kubernetes_service_label_{re.sub('[^a-z]', '_', label)}"],
            "targetLabel": label.split("/")[1].replace("-", "_"),
        }
        for label in kept
    ]
    endpoint = {"port": port, "path": "/metrics", "interval": "15s", "relabelings": relabelled}
    endpoint |= trust or {"honorLabels": False}
    spec = {"selector": {"matchLabels": selector}, "endpoints": [endpoint]}
    return manifest(_API, "ServiceMonitor", name, where, labels=_SCRAPED, spec=spec)


def _dashboard(product: Product, own: str) -> Manifest:
    """Return a dashboard where Grafana's sidecar finds it, by its label."""
    data = {f"{product.name}.json": json.dumps(product_dashboard(product=product))}
    return manifest("v1", "ConfigMap", f"dashboard-{product.name}", own, labels={"grafana_dashboard": "1"}, data=data)
