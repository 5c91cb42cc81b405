"""The edge on one machine: two Caddy processes, configured from the traffic plan.

The front is where consumers call. Its configuration never changes, it keeps each request until it is answered, and it
asks again where the router dropped it. The router knows products and releases, and gets a new configuration by one POST
to `/load` of its admin API. Two, because a reload ends Go's HTTP server, which drops requests that it has accepted but
not yet read: a router alone lost one to three at each reload under load, whatever its listener and keep-alive settings.

Every key is described at https://caddyserver.com/docs/json/.
"""

import json
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from math import gcd
from typing import Any

from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Status

MAX_BODY_BYTES = 999_999
"""The largest request body, some thousands of rows. Six digits, so that a pattern on Content-Length knows it."""

MIRRORING = ("X-Mirror-To", "X-Shadow")
"""The headers by which releases score each other's requests; no consumer may set them."""

_GONE, _NOT_FOUND, _UNAVAILABLE = 410, 404, 503


def front_config(*, port: int, router_port: int, admin_port: int | None = None) -> dict[str, Any]:
    """Return the configuration of the front.

    Args:
        port: where consumers call, on 127.0.0.1.
        router_port: where the router listens, on 127.0.0.1.
        admin_port: where its `/metrics` are, on 127.0.0.1; without, it has none.

    """
    proxy = _proxy({f"127.0.0.1:{router_port}": 100})
    limit = {"handler": "request_body", "max_size": MAX_BODY_BYTES}
    return _caddy(admin_port, port, [{"handle": [limit, proxy]}])


def router_config(
    *, traffic: tuple[VersionTraffic, ...], portal_html: str, port: int, admin_port: int
) -> dict[str, Any]:
    """Return the configuration of the router.

    Args:
        traffic: the traffic plan.
        portal_html: the page at `/`.
        port: where the front finds it, on 127.0.0.1.
        admin_port: the admin API and `/metrics`, on 127.0.0.1.

    """
    return _caddy(
        admin_port, port, [_portal(portal_html), *(_version(version) for version in traffic), _unknown(traffic)]
    )


def portal_config(
    *, traffic: tuple[VersionTraffic, ...], portal_html: str, port: int, metrics_port: int
) -> dict[str, Any]:
    """Return the configuration of a pod that answers what no release does: the portal, and why nobody else answers.

    Its metrics have a port of their own, to which no route leads.
    """
    silent = [_version(version) for version in traffic if not version.served]
    config = _caddy(None, port, [_portal(portal_html), *silent, _unknown(traffic)], host="")
    counted = {"match": [{"path": ["/metrics"]}], "handle": [{"handler": "metrics"}]}
    beside = {"listen": [f":{metrics_port}"], "automatic_https": {"disable": True}, "routes": [counted]}
    config["apps"]["http"]["servers"]["metrics"] = beside
    return config


def _caddy(admin_port: int | None, port: int, routes: list[dict[str, Any]], host: str = "127.0.0.1") -> dict[str, Any]:
    admin = {"listen": f"127.0.0.1:{admin_port}"} if admin_port else {"disabled": True}
    server = {
        "listen": [f"{host}:{port}"],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        # A client that dribbles must not hold a connection.
        "read_header_timeout": "5s",
        "read_timeout": "30s",
        "idle_timeout": "2m",
        "max_header_bytes": 16 << 10,
        "routes": routes,
        "errors": {"routes": [_failure()]},
    }
    return {
        "admin": {**admin, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "WARN"}}},
        "apps": {"http": {"grace_period": "30s", "metrics": {}, "servers": {"http": server}}},
    }


def lifecycle_headers(version: VersionTraffic) -> dict[str, list[str]]:
    """Return what tells consumers that a version goes away: Deprecation (RFC 9745), Sunset (RFC 8594), Link (RFC 8288).

    A date that lies ahead is announced too, as both RFCs allow: consumers plan with it.
    """
    headers: dict[str, list[str]] = {}
    if version.deprecated:
        headers["Deprecation"] = [f"@{int(_midnight(version.deprecated).timestamp())}"]
    if version.sunset:
        headers["Sunset"] = [format_datetime(_midnight(version.sunset), usegmt=True)]
    if headers:
        links = ['</>; rel="deprecation"; type="text/html"']
        if version.successor:
            links.append(f'</{version.product}/{version.successor}/docs>; rel="successor-version"')
        headers["Link"] = [", ".join(links)]
    return headers


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _version(version: VersionTraffic) -> dict[str, Any]:
    name = f"{version.product} {version.version}"
    if version.status is Status.RETIRED:
        move = f"Move to /{version.product}/{version.successor}/." if version.successor else "It has no successor."
        answer = [_problem(_GONE, f"{name} was retired on {version.sunset}. {move}")]
    elif not version.upstreams:
        remedy = f"Publish one with `sixfold publish {version.product}`, name it in the stack file, and run `make up`."
        answer = [_problem(_UNAVAILABLE, f"{name} has no release yet. {remedy}")]
    else:
        answering = {upstream.address: upstream.weight for upstream in version.upstreams if upstream.weight}
        proxy = _proxy(answering) | {"health_checks": _HEALTH, "headers": {"request": _mirrored(version)}}
        answer = [{"handler": "rewrite", "strip_path_prefix": version.path}, proxy]
    headers = lifecycle_headers(version)
    announce = [{"handler": "headers", "response": {"set": headers}}] if headers else []
    return {"match": [{"path": [version.path, f"{version.path}/*"]}], "handle": announce + answer, "terminal": True}


def mirror_headers(version: VersionTraffic) -> dict[str, str]:
    """Return what tells the release that answers who is to score the request: all that there are, itself among them."""
    everyone = ",".join(upstream.address for upstream in version.upstreams)
    return {"X-Mirror-To": everyone} if len(version.upstreams) > 1 else {}


def _mirrored(version: VersionTraffic) -> dict[str, Any]:
    """Tell it, whatever consumers say of that."""
    said = mirror_headers(version)
    change = {"delete": [name for name in MIRRORING if name not in said]}
    return change | ({"set": {name: [value] for name, value in said.items()}} if said else {})


_HEALTH = {
    "active": {"uri": "/readyz", "interval": "2s", "timeout": "2s"},
    "passive": {"fail_duration": "2s", "max_fails": 1},
}


def _proxy(weights: dict[str, int]) -> dict[str, Any]:
    """Send requests to addresses by weight, and send them again when one goes away (restart, reload, roll-out).

    All requests may be repeated: a prediction has no effect but its log line, and feedback names its prediction.
    """
    divisor = gcd(*weights.values())  # Caddy takes turns in blocks of the weights: 9 and 1 mix better than 90 and 10
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": address} for address in weights],
        # A body can be sent again only if it was kept. Never -1 (no bound): it forwards a body cut at max_size.
        "request_buffers": MAX_BODY_BYTES + 1,
        "load_balancing": {
            "selection_policy": {
                "policy": "weighted_round_robin",
                "weights": [weight // divisor for weight in weights.values()],
            },
            "try_duration": "5s",
            "try_interval": "50ms",
            "retry_match": [
                {"method": ["GET", "HEAD"]},
                {"method": ["POST"], "header_regexp": {"Content-Length": {"pattern": r"^\d{1,6}$"}}},
            ],
        },
        "transport": {"protocol": "http", "dial_timeout": "1s", "response_header_timeout": "30s"},
    }


def _portal(html: str) -> dict[str, Any]:
    headers = {
        "Content-Type": ["text/html; charset=utf-8"],
        "Content-Security-Policy": ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"],
        "Cache-Control": ["no-cache"],
    }
    answer = {"handler": "static_response", "status_code": 200, "headers": headers, "body": _literal(html)}
    return {"match": [{"path": ["/"]}], "handle": [answer], "terminal": True}


def _unknown(traffic: tuple[VersionTraffic, ...]) -> dict[str, Any]:
    there = [f"{version.path}/" for version in traffic if version.status is not Status.RETIRED]
    return {
        "handle": [_problem(_NOT_FOUND, "Nothing is served at this path. The page at / says what is.", available=there)]
    }


def _failure() -> dict[str, Any]:
    """Answer what Caddy itself refuses, or could not get an answer for, in the same shape as everything else."""
    code, text = "{http.error.status_code}", "{http.error.status_text}"
    body = f'\\{{"type": "about:blank", "title": "{text}", "status": {code}, "detail": "%s"\\}}'
    detail = (
        "The edge refused this request or got no answer from a release; `sixfold status` shows which releases answer."
    )
    return {"handle": [_static(code, body % detail)]}


def _problem(status: int, detail: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - RFC 9457 allows any member
    """Answer with problem details (RFC 9457)."""
    titles = {_GONE: "Gone", _NOT_FOUND: "Not Found", _UNAVAILABLE: "Service Unavailable"}
    document = {"type": "about:blank", "title": titles[status], "status": status, "detail": detail, **members}
    return _static(status, _literal(json.dumps(document)))


def _static(status: int | str, body: str) -> dict[str, Any]:
    headers = {"Content-Type": ["application/problem+json"]}
    return {"handler": "static_response", "status_code": status, "headers": headers, "body": body}


def _literal(text: str) -> str:
    """Keep Caddy from reading braces as placeholders such as {env.HOME}."""
    return text.replace("{", "\\{").replace("}", "\\}")
