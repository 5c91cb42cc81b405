"""The operators that a stack's custom resources need, each a Helm chart at a version of its own.

The versions are those whose definitions the tests ask (tools/manifests.py): Envoy Gateway 1.7 is made for Gateway API
1.4.1 (https://gateway.envoyproxy.io/news/releases/matrix), all others are named by the operator's own version.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from infra.plans.kubernetes.manifest import COMPONENT, Manifest, namespace

_PROMETHEUS_OPERATOR = "v0.85.0"
_OFF = {"enabled": False}


class Operator(NamedTuple):
    """A release of a chart; `groups` are the API groups whose definitions come with it.

    `repository` is None where the chart names its whole address; `standard` is what its pods need at most. The API
    server calls its pods at the ports `called`, for webhooks and for APIs of its own. Beside that server they call what
    `calls` says. `proxies` is a label of pods that consumers call.
    """

    name: str
    release: str
    namespace: str
    chart: str
    version: str
    groups: tuple[str, ...]
    repository: str | None = None
    values: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    standard: str = "restricted"
    called: tuple[int, ...] = ()
    calls: tuple[dict[str, Any], ...] = ()
    proxies: tuple[str, str] | None = None

    @property
    def base(self) -> Manifest:
        """The namespace of its own, which admits pods of its standard only."""
        return namespace(self.namespace, standard=self.standard)


OPERATORS = (
    Operator(
        name="gateway",
        release="envoy-gateway",
        namespace="envoy-gateway-system",
        chart="oci://docker.io/envoyproxy/gateway-helm",
        version="v1.7.0",
        groups=("gateway.networking.k8s.io",),
        values={"deployment": {"replicas": 2}},
        called=(9443,),
        proxies=(COMPONENT, "proxy"),
    ),
    Operator(
        name="monitoring",
        release="prometheus-operator",
        namespace="prometheus-operator",
        chart="kube-prometheus-stack",
        version="77.0.0",
        groups=("monitoring.coreos.com",),
        repository="https://prometheus-community.github.io/helm-charts",
        # The operator alone: what it runs is declared by the stack.
        values={
            **dict.fromkeys(("alertmanager", "grafana", "prometheus", "nodeExporter", "kubeStateMetrics"), _OFF),
            "kubernetesServiceMonitors": _OFF,
            "defaultRules": {"create": False},
            "prometheusOperator": {
                "image": {"tag": _PROMETHEUS_OPERATOR},
                "kubeletService": _OFF,
                "serviceMonitor": {"selfMonitor": False},
            },
        },
        called=(10250,),
    ),
    Operator(
        name="ray",
        release="kuberay-operator",
        namespace="kuberay-system",
        chart="kuberay-operator",
        version="1.5.1",
        groups=("ray.io",),
        repository="https://ray-project.github.io/kuberay-helm",
    ),
    Operator(
        name="queues",
        release="kueue",  # its webhooks look for services of this name
        namespace="kueue-system",
        chart="oci://registry.k8s.io/kueue/charts/kueue",
        version="0.14.0",
        groups=("kueue.x-k8s.io",),
        called=(9443, 8082),
    ),
)


def plan_operators(present: Collection[str], more: Iterable[Operator] = ()) -> tuple[Operator, ...]:
    """Return the operators, and some `more`, to install on a cluster that has those of `present` already."""
    return tuple(each for each in (*OPERATORS, *more) if each.name not in present)
