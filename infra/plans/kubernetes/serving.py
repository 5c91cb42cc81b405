"""Releases as pods: Deployment, Service, autoscaler, disruption budget and network policy."""

from typing import Any

from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.manifest import COMPONENT, NAME, PRODUCT, RELEASE, VERSION, Manifest, manifest
from infra.plans.kubernetes.requests import A_POD_TAKES, METRIC
from infra.plans.routing.traffic import Address, Upstream, VersionTraffic
from sixfold.release import SHORT, STOP_WITHIN_S
from sixfold.wire import ENV_ADDRESS

ACCOUNT = "serving"
FEWEST, MOST = 2, 10
_BUSY_PERCENT = 70
_STOP_WITHIN_S = pods.DRAIN_S + STOP_WITHIN_S + 10  # the end of the process itself takes a moment


def release_name(product: str, version: str, release: str) -> str:
    """Return the name of all objects of a release; within 63 characters, the limit of a Service's name."""
    return f"{product}-{version}-{release[:SHORT]}"


def service_addresses(namespace: str) -> Address:
    """Return the addresses of releases on a cluster, each behind a Service of its own."""
    return lambda *key: f"{release_name(*key)}.{namespace}:{pods.PORT}"


def release_labels(version: VersionTraffic, upstream: Upstream) -> dict[str, str]:
    """Return the labels that select a release's pods."""
    return {
        NAME: "release",
        COMPONENT: "serving",
        PRODUCT: version.product,
        VERSION: version.version,
        RELEASE: upstream.release[:SHORT],
    }


def release_manifests(
    version: VersionTraffic,
    upstream: Upstream,
    *,
    namespace: str,
    image: Any,  # noqa: ANN401 - a text, or an Output
) -> tuple[Manifest, ...]:
    """Return a release's Deployment, Service, autoscaler and disruption budget."""
    name, labels = release_name(version.product, version.version, upstream.release), release_labels(version, upstream)
    return (
        pods.deployment(name, namespace, template=_template(version, upstream, labels, image)),
        pods.service(name, namespace, labels),
        _autoscaler(name, namespace, labels),
        pods.disruption_budget(name, namespace, labels),
    )


def serving_policy(namespace: str, *, gateway: str, monitoring: str) -> Manifest:
    """Return the network policy of a release: gateway, monitoring and other releases call it; it calls AWS."""
    releases = network_policy.pods_of(namespace, {NAME: "release"})
    return network_policy.allow(
        "release",
        namespace,
        labels={NAME: "release"},
        callers=[network_policy.pods_of(gateway), network_policy.pods_of(monitoring), releases],
        egress=[
            network_policy.egress_dns(),
            {"to": [releases], "ports": [{"protocol": "TCP", "port": pods.PORT}]},
            *network_policy.egress_aws(),
        ],
    )


def _template(version: VersionTraffic, upstream: Upstream, labels: dict[str, str], image: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    run = ["python", "-m", "serving.run", "--product", version.product, "--api-version", version.version]
    run += ["--release", upstream.release, "--port", str(pods.PORT), "--host", "0.0.0.0"]  # noqa: S104 - in its pod
    # Else it would not know which copy of a request is for itself, and score what it answers once more.
    environment = pods.of_the_platform({"name": ENV_ADDRESS, "value": upstream.address})
    fetch = pods.container("fetch", image=image, command=[*run, "--fetch"], cpu="250m", memory="1Gi", **environment)
    serve = pods.container("serve", image=image, command=run, cpu="500m", memory="2Gi", ready="/readyz", **environment)
    return pods.pod(
        [serve],
        labels=labels,
        service_account=ACCOUNT,
        initContainers=[fetch],  # the bento by its digest, with the pod's own role, before anything serves
        terminationGracePeriodSeconds=_STOP_WITHIN_S,
    )


def _autoscaler(name: str, namespace: str, labels: dict[str, str]) -> Manifest:
    """Return the autoscaler: pods are added when they get many requests, or few that are much work."""
    many = {"type": "AverageValue", "averageValue": str(A_POD_TAKES)}
    busy = {"type": "Utilization", "averageUtilization": _BUSY_PERCENT}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": FEWEST,
        "maxReplicas": MOST,
        "metrics": [
            {"type": "Pods", "pods": {"metric": {"name": METRIC}, "target": many}},
            {"type": "Resource", "resource": {"name": "cpu", "target": busy}},
        ],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
    }
    return manifest("autoscaling/v2", "HorizontalPodAutoscaler", name, namespace, labels=labels, spec=spec)
