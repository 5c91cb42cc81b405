"""The traffic plan as Gateway API routes (https://gateway-api.sigs.k8s.io/), and the portal for other paths.

Releases are reached by the gateway itself. A version that waits for its first release, one that was retired, the portal
and what nobody knows are answered by a small Caddy, by the same configuration as on one machine.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.manifest import COMPONENT, NAME, Manifest, manifest
from infra.plans.kubernetes.serving import release_name
from infra.plans.kubernetes.target import KubernetesTarget
from infra.plans.routing.caddy import portal_config
from infra.plans.routing.routes import ANSWER_WITHIN_S, PUBLIC, Forward, forward, lifecycle_headers
from infra.plans.routing.traffic import VersionTraffic

GATEWAY, PORTAL, CONTROLLER = "edge", "portal", "gateway.envoyproxy.io/gatewayclass-controller"
CADDY = "caddy:2.10.0-alpine@sha256:ae4458638da8e1a91aafffb231c5f8778e964bca650c8a8cb23a7e8ac557aa3c"
_LABELS = {NAME: PORTAL, COMPONENT: "edge"}
_METRICS = 8081
_API = "gateway.networking.k8s.io/v1"
_ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer"
# By whether it is public. The first is of AWS's load balancer controller, the second of the one inside Kubernetes,
# which makes a public one unless it is told not to.
_LOAD_BALANCER = {
    False: {f"{_ANNOTATION}-scheme": "internal", f"{_ANNOTATION}-internal": "true"},
    True: {f"{_ANNOTATION}-scheme": "internet-facing"},
}


def gateway_manifests(target: KubernetesTarget) -> tuple[Manifest, ...]:
    """Return the gateway, and with a certificate the redirect from HTTP to HTTPS.

    Envoy Gateway takes no TLS below 1.2 (https://gateway.envoyproxy.io/docs/api/extension_types/, ClientTLSSettings).
    """
    class_name = f"sixfold-{target.stack}"
    spec = {
        "gatewayClassName": class_name,
        "infrastructure": {"annotations": _LOAD_BALANCER[target.public]},
        "listeners": _listeners(target),
    }
    to_https = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    redirect = _route(target, "to-https", [{"filters": [to_https]}], listener="http")
    return (
        manifest(_API, "GatewayClass", class_name, spec={"controllerName": CONTROLLER}),
        manifest(_API, "Gateway", GATEWAY, target.namespace, spec=spec),
        *([redirect] if target.certificate else []),
    )


def _listeners(target: KubernetesTarget) -> list[dict[str, Any]]:
    listeners: list[dict[str, Any]] = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    if target.certificate:
        tls = {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": target.certificate}]}
        listeners.append({"name": "https", "port": 443, "protocol": "HTTPS", "tls": tls})
    common = {"hostname": target.host, "allowedRoutes": {"namespaces": {"from": "Same"}}}
    return [each | common for each in listeners]


def version_route(target: KubernetesTarget, version: VersionTraffic) -> Manifest:
    """Return the route of an API version that is served: its releases by weight, and its life in the headers."""
    forwarded, announce = forward(version), {**lifecycle_headers(version), **_transport(target)}
    releases = [
        _backend(release_name(version.product, version.version, upstream.release), upstream.weight)
        for upstream in forwarded.upstreams
    ]
    rules = [
        {
            "matches": [
                {"path": {"type": "Exact", "value": f"{version.path}{path}{slash}"}, "method": method}
                for slash in ("", "/")
                for method in methods
            ],
            "filters": _filters(at_release, forwarded, announce),
            "backendRefs": releases,
            "timeouts": {"request": f"{ANSWER_WITHIN_S}s"},
        }
        for path, (at_release, methods) in PUBLIC.items()
    ]
    return _route(target, f"{version.product}-{version.version}", rules)


def _transport(target: KubernetesTarget) -> dict[str, str]:
    """Return the HSTS header (RFC 6797), where there is TLS."""
    return {"Strict-Transport-Security": "max-age=31536000"} if target.certificate else {}


def _filters(at_release: str, forwarded: Forward, announce: Mapping[str, str]) -> list[dict[str, Any]]:
    path = {"type": "ReplaceFullPath", "replaceFullPath": at_release}
    strip = {"type": "URLRewrite", "urlRewrite": {"path": path}}
    request = ({"set": _listed(forwarded.set)} if forwarded.set else {}) | {"remove": list(forwarded.remove)}
    change = {"type": "RequestHeaderModifier", "requestHeaderModifier": request}
    return [strip, change, *_response(announce)]


def _response(headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the filter that sets headers of answers; none where there are none."""
    change = {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": _listed(headers)}}
    return [change] if headers else []


def _listed(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def portal_manifests(
    target: KubernetesTarget, traffic: tuple[VersionTraffic, ...], *, portal: str
) -> tuple[Manifest, ...]:
    """Return the portal, which answers every path without a release. A change of its answers rolls its pods."""
    own = target.namespace
    answers = portal_config(traffic=traffic, portal_html=portal, port=pods.PORT, metrics_port=_METRICS)
    config = json.dumps(answers, sort_keys=True)
    name = f"{PORTAL}-{sha256(config.encode()).hexdigest()[:8]}"
    caddy = pods.container(
        "caddy",
        image=CADDY,
        command=["caddy", "run", "--config", "/etc/caddy/caddy.json"],
        cpu="50m",
        memory="64Mi",
        ready="/",
        env=[{"name": "HOME", "value": pods.HOME}],
    )
    caddy["ports"] += [{"name": pods.METRICS, "containerPort": _METRICS}]
    caddy["volumeMounts"] += [{"name": "config", "mountPath": "/etc/caddy", "readOnly": True}]
    # Its file has this capability, and the kernel starts no file that has more than its process may.
    caddy["securityContext"] = {
        **caddy["securityContext"],
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
    }
    template = pods.pod(
        [caddy],
        labels=_LABELS,
        service_account=PORTAL,
        volumes=[{"name": "config", "configMap": {"name": name}}],
    )
    rule: dict[str, Any] = {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}
    rule |= {"filters": _response(_transport(target)), "backendRefs": [_backend(PORTAL, 1)]}
    return (
        manifest("v1", "ConfigMap", name, own, data={"caddy.json": config}),
        pods.account(PORTAL, own),
        pods.deployment(PORTAL, own, template=template, replicas=2),
        pods.service(PORTAL, own, _LABELS, **{pods.METRICS: _METRICS}),
        pods.disruption_budget(PORTAL, own, _LABELS),
        network_policy.allow(
            PORTAL,
            own,
            labels={NAME: PORTAL},
            callers=[network_policy.pods_of(where) for where in (target.gateway, target.monitoring)],
            ports=(pods.PORT, _METRICS),
        ),
        _route(target, PORTAL, [rule]),
    )


def _route(target: KubernetesTarget, name: str, rules: list[dict[str, Any]], *, listener: str = "") -> Manifest:
    """Return a route at one listener: that of consumers, unless another is named."""
    at = {"name": GATEWAY, "sectionName": listener or ("https" if target.certificate else "http")}
    spec = {"parentRefs": [at], "hostnames": [target.host], "rules": rules}
    return manifest(_API, "HTTPRoute", name, target.namespace, spec=spec)


def _backend(name: str, weight: int) -> dict[str, Any]:
    return {"name": name, "port": pods.PORT, "weight": weight}
