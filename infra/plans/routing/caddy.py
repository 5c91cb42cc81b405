"""The edge on one machine: two Caddy processes, configured from the traffic plan.

The front is where consumers call. Its configuration never changes, it keeps each request until it is answered, and it
asks again where the router dropped it. The router knows products and releases, and gets a new configuration by one POST
to `/load` of its admin API, which is at a unix socket: whoever reaches it reads and writes files as the user of the
stack. Two, because a reload ends Go's HTTP server, which drops requests that it has accepted but
not yet read: a router alone lost one to three at each reload under load, whatever its listener and keep-alive settings.

Every key is described at https://caddyserver.com/docs/json/.
"""

import json
import re
from collections.abc import Mapping
from math import gcd
from typing import Any

from infra.plans.routing.routes import (
    ANSWER_WITHIN_S,
    FOREIGN,
    MAX_BODY_BYTES,
    PORTAL_HEADERS,
    PUBLIC,
    READY,
    REFUSED,
    Forward,
    Problem,
    Route,
    unknown,
    version_route,
)
from infra.plans.routing.traffic import VersionTraffic

ADMIN_SOCKET = "ADMIN_SOCKET"
"""The variable of the environment with the path of the router's admin socket."""


def front_config(*, port: int, router_port: int, metrics_port: int) -> dict[str, Any]:
    """Return the configuration of the front.

    Args:
        port: where consumers call, on 127.0.0.1.
        router_port: where the router listens, on 127.0.0.1.
        metrics_port: where its `/metrics` are, on 127.0.0.1.

    """
    proxy = _proxy({f"127.0.0.1:{router_port}": 100})
    limit = {"handler": "request_body", "max_size": MAX_BODY_BYTES}
    return _caddy(port, metrics_port, [{"handle": [limit, proxy]}])


def router_config(
    *, traffic: tuple[VersionTraffic, ...], portal_html: str, port: int, metrics_port: int
) -> dict[str, Any]:
    """Return the configuration of the router.

    Args:
        traffic: the traffic plan.
        portal_html: the page at `/`.
        port: where the front finds it, on 127.0.0.1.
        metrics_port: where its `/metrics` are, on 127.0.0.1.

    """
    # Requests may bring the time of the past: nobody real calls a machine of one's own.
    routes = [_route(version_route(version, replays=True)) for version in traffic]
    config = _caddy(port, metrics_port, [_portal(portal_html), *routes, _unknown(traffic)])
    return config | {"admin": {"listen": f"unix/{{env.{ADMIN_SOCKET}}}|0600", **_KEEP_NOTHING}}


def portal_config(
    *, traffic: tuple[VersionTraffic, ...], portal_html: str, port: int, metrics_port: int
) -> dict[str, Any]:
    """Return the configuration of the portal's pod: the page, and problem details for versions without a release.

    Its metrics have a port of their own, to which no route leads.
    """
    silent = [_route(version_route(version)) for version in traffic if not version.served]
    return _caddy(port, metrics_port, [_portal(portal_html), *silent, _unknown(traffic)], host="")


_HERE = "127.0.0.1"
_KEEP_NOTHING = {"config": {"persist": False}}


def _caddy(port: int, metrics_port: int, routes: list[dict[str, Any]], host: str = _HERE) -> dict[str, Any]:
    foreign = [_foreign()] if host == _HERE else []
    counted = {"match": [{"path": ["/metrics"]}], "handle": [{"handler": "metrics"}]}
    others = {"handle": [{"handler": "static_response", "status_code": 404}]}  # Caddy's own answer would be 200
    metrics = {
        "listen": [f"{host}:{metrics_port}"],
        "automatic_https": {"disable": True},
        "routes": [*foreign, counted, others],
    }
    server = {
        "listen": [f"{host}:{port}"],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        # A client that dribbles must not hold a connection.
        "read_header_timeout": "5s",
        "read_timeout": "30s",
        "idle_timeout": "2m",
        "max_header_bytes": 16 << 10,
        "routes": [*foreign, *routes],
        "errors": {"routes": [_failure()]},
    }
    return {
        "admin": {"disabled": True, **_KEEP_NOTHING},
        "logging": {"logs": {"default": {"level": "WARN"}}},
        "apps": {"http": {"grace_period": "30s", "metrics": {}, "servers": {"http": server, "metrics": metrics}}},
    }


def _foreign() -> dict[str, Any]:
    """Refuse web pages of elsewhere: by their Origin, or, after DNS rebinding, by their own name as Host."""
    here = r"^http://(127\.0\.0\.1|localhost)(:\d+)?$"
    elsewhere = {"header": {"Origin": ["*"]}, "not": [{"header_regexp": {"Origin": {"pattern": here}}}]}
    return {
        "match": [{"not": [{"host": [_HERE, "localhost"]}]}, elsewhere],
        "handle": [_problem(FOREIGN)],
        "terminal": True,
    }


def _route(route: Route) -> dict[str, Any]:
    announce = [{"handler": "headers", "response": {"set": _listed(route.announce)}}] if route.announce else []
    if isinstance(route.answer, Problem):
        below = [{"path": [route.prefix, f"{route.prefix}/*"]}]
        return {"match": below, "handle": [*announce, _problem(route.answer)], "terminal": True}
    at_release: list[dict[str, Any]] = [
        {
            # A pattern, because `path` ignores case. Caddy compares the path as it is once decoded and cleaned.
            "match": [{"path_regexp": {"pattern": f"^{re.escape(route.prefix + path)}/?$"}, "method": list(methods)}],
            "handle": [{"handler": "rewrite", "uri": target}],
            "group": "public",  # the first that matches, and no other
        }
        for path, (target, methods) in PUBLIC.items()
    ]
    rewritten = {"handler": "subroute", "routes": at_release}
    matches = [match for each in at_release for match in each["match"]]
    return {"match": matches, "handle": [*announce, rewritten, _forward(route.answer)], "terminal": True}


def _forward(forward: Forward) -> dict[str, Any]:
    answering = {upstream.address: upstream.weight for upstream in forward.upstreams if upstream.weight}
    # Underscores are another name to a release, and the same one to many a program that it might stand behind.
    remove = [spelt for name in forward.remove for spelt in (name, name.replace("-", "_"))]
    remove += [name.replace("-", "_") for name in forward.set]
    headers: dict[str, Any] = {"delete": remove} | ({"set": _listed(forward.set)} if forward.set else {})
    return _proxy(answering) | {"health_checks": _HEALTH, "headers": {"request": headers}}


def _listed(headers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items()}


_HEALTH = {
    "active": {"uri": READY, "interval": "2s", "timeout": "2s"},
    "passive": {"fail_duration": "2s", "max_fails": 1},
}


def _proxy(weights: dict[str, int]) -> dict[str, Any]:
    """Send requests to addresses by weight, and send them again when one goes away (restart, reload, roll-out).

    `routes.Forward` says why every request may be sent again.
    """
    divisor = gcd(*weights.values())  # Caddy takes turns in blocks of the weights: 9 and 1 mix better than 90 and 10
    by_weight = {"policy": "weighted_round_robin", "weights": [weight // divisor for weight in weights.values()]}
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": address} for address in weights],
        # A body can be sent again only if it was kept. Never -1 (no bound): it forwards a body cut at max_size.
        "request_buffers": MAX_BODY_BYTES + 1,
        "load_balancing": {
            # Caddy's choice by weight takes the only upstream of one, whether it is healthy or hangs.
            "selection_policy": by_weight if len(weights) > 1 else {"policy": "first"},
            "try_duration": "5s",
            "try_interval": "50ms",
            "retry_match": [
                {"method": ["GET", "HEAD"]},
                {"method": ["POST"], "header_regexp": {"Content-Length": {"pattern": r"^\d{1,6}$"}}},
            ],
        },
        "transport": {"protocol": "http", "dial_timeout": "1s", "response_header_timeout": f"{ANSWER_WITHIN_S}s"},
    }


def _portal(html: str) -> dict[str, Any]:
    headers = _listed(PORTAL_HEADERS)
    answer = {"handler": "static_response", "status_code": 200, "headers": headers, "body": _literal(html)}
    return {"match": [{"path": ["/"]}], "handle": [answer], "terminal": True}


def _unknown(traffic: tuple[VersionTraffic, ...]) -> dict[str, Any]:
    return {"handle": [_problem(unknown(traffic))]}


def _failure() -> dict[str, Any]:
    """Return problem details for requests that Caddy itself refuses, or that no release answers."""
    code, text = "{http.error.status_code}", "{http.error.status_text}"
    body = f'\\{{"type": "about:blank", "title": "{text}", "status": {code}, "detail": "{REFUSED}"\\}}'
    return {"handle": [_static(code, body)]}


def _problem(problem: Problem) -> dict[str, Any]:
    return _static(problem.status, _literal(json.dumps(problem.document)))


def _static(status: int | str, body: str) -> dict[str, Any]:
    headers = {"Content-Type": ["application/problem+json"]}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body}


def _literal(text: str) -> str:
    """Keep Caddy from reading braces as placeholders such as {env.HOME}."""
    return text.replace("{", "\\{").replace("}", "\\}")
