"""The edge on Kubernetes: what consumers call, and from where it is reached.

Annotations: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
"""

from collections.abc import Iterable, Mapping

from infra.policies.rule import Props, Rule, Source
from infra.policies.values import UNKNOWN, get, items

_GATEWAY = "kubernetes:gateway.networking.k8s.io/*:Gateway"
_SERVICE = "kubernetes:core/v1:Service"
_SAYS = tuple(f"service.beta.kubernetes.io/aws-load-balancer-{name}" for name in ("scheme", "internal"))


def _in_the_clear(props: Props) -> Iterable[str]:
    listeners = get(props, "spec", "listeners")
    protocols = [get(each, "protocol") for each in items(listeners)]
    if listeners is not UNKNOWN and not {"HTTPS", "TLS", UNKNOWN} & set(protocols):
        yield "no listener has TLS"


def _reached_from(props: Props) -> Iterable[str]:
    spec = get(props, "spec")
    kind = get(spec, "type")
    if kind == "NodePort":
        yield "spec.type is NodePort, which every address that reaches a machine reaches"
    balanced = kind == "LoadBalancer" or get(spec, "gatewayClassName") is not None
    where = ("spec", "infrastructure") if kind is None else ("metadata",)
    if balanced and kind is not UNKNOWN and not _says(get(props, *where, "annotations")):
        yield "it does not say whether its load balancer is on the internet"


def _says(annotations: object) -> bool:
    return annotations is UNKNOWN or (isinstance(annotations, Mapping) and any(name in annotations for name in _SAYS))


RULES = (
    Rule(
        "Edge.1",
        "A gateway answers over TLS",
        (_GATEWAY,),
        _in_the_clear,
        "give the stack a cluster.certificate; or a listener of the protocol HTTPS",
        Source.SIXFOLD,
    ),
    Rule(
        "Edge.2",
        "What is reached from outside says from where",
        (_GATEWAY, _SERVICE),
        _reached_from,
        f"annotate it with {_SAYS[0]}: internal, or internet-facing where the internet is meant",
        Source.SIXFOLD,
    ),
)
