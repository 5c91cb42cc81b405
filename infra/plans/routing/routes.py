"""The traffic plan as routes of an HTTP edge, whichever program the edge is.

`caddy.py` and `plans/kubernetes/gateway.py` render these routes: they decide how an answer is written, never which
it is. A further edge, such as Envoy on one machine, is one more renderer.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, NamedTuple

from infra.plans.routing.traffic import Upstream, VersionTraffic
from sixfold.versions import Status
from sixfold.wire import MIRROR_TO, REPLAY_TIME, SHADOW

MAX_BODY_BYTES = 999_999
"""The largest request body, some thousands of rows. Six digits, so that a pattern on Content-Length knows it."""

ANSWER_WITHIN_S = 30
"""How long a release may take for a request."""

READY = "/readyz"
"""The path at which a release says whether it answers."""

_MIRRORING = (MIRROR_TO, SHADOW)  # by these, releases score each other's requests
_PAGE = ("GET", "HEAD")
PUBLIC = {
    "/predict": ("/predict", ("POST",)),
    "/feedback": ("/feedback", ("POST",)),
    "/docs": ("/docs", _PAGE),
    "/openapi.json": ("/openapi.json", _PAGE),
    "": ("/docs", _PAGE),
}
"""The paths of an API version that consumers reach, with or without a slash at the end, and no others. Metrics, health
checks and BentoML's own routes are not for them. The values are the path at the release, and the methods.
"""

PORTAL_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Cache-Control": "no-cache",
}

REFUSED = "The edge refused this request or got no answer from a release; `sixfold status` shows which releases answer."
"""The detail of every error that the edge itself raises, such as a body that is too large or a timeout."""

_GONE, _NOT_FOUND, _UNAVAILABLE, _FORBIDDEN = 410, 404, 503, 403
_TITLES = {_GONE: "Gone", _NOT_FOUND: "Not Found", _UNAVAILABLE: "Service Unavailable", _FORBIDDEN: "Forbidden"}


class Problem(NamedTuple):
    """A fixed answer with problem details (RFC 9457)."""

    status: int
    document: Mapping[str, Any]


class Forward(NamedTuple):
    """Requests to `PUBLIC` paths go to the upstreams by weight. All requests may be sent a second time.

    A prediction has no effect but its log line, and feedback names its prediction. The request headers `remove` are
    deleted and the headers `set` are set; an upstream of weight 0 gets no request.
    """

    upstreams: tuple[Upstream, ...]
    set: Mapping[str, str]
    remove: tuple[str, ...]


class Route(NamedTuple):
    """The answer to all requests below `prefix`; `announce` are headers of every response."""

    prefix: str
    answer: Forward | Problem
    announce: Mapping[str, str]


def version_route(version: VersionTraffic, *, replays: bool = False) -> Route:
    """Return the route of an API version: to its releases; 410 when it is retired; 503 before its first release."""
    return Route(version.path, _answer(version, replays=replays), lifecycle_headers(version))


def unknown(traffic: Sequence[VersionTraffic]) -> Problem:
    """Return the answer to every path that no route has."""
    available = [f"{version.path}/" for version in traffic if version.status is not Status.RETIRED]
    return _problem(_NOT_FOUND, "Nothing is served at this path. The page at / says what is.", available=available)


def lifecycle_headers(version: VersionTraffic) -> dict[str, str]:
    """Return the headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link (RFC 8288) of an API version.

    A date that lies ahead is announced too, as both RFCs allow: consumers plan with it.
    """
    headers: dict[str, str] = {}
    if version.deprecated:
        headers["Deprecation"] = f"@{int(_midnight(version.deprecated).timestamp())}"
    if version.sunset:
        headers["Sunset"] = format_datetime(_midnight(version.sunset), usegmt=True)
    if headers:
        links = [f'<{version.guide or "/"}>; rel="{name.lower()}"; type="text/html"' for name in headers]
        if version.successor:
            links.append(f'</{version.product}/{version.successor}/docs>; rel="successor-version"')
        headers["Link"] = ", ".join(links)
    return headers


def _answer(version: VersionTraffic, *, replays: bool) -> Forward | Problem:
    name = f"{version.product} {version.version}"
    if version.status is Status.RETIRED:
        move = f"Move to /{version.product}/{version.successor}/." if version.successor else "It has no successor."
        guide = {"migration_guide": version.guide} if version.guide else {}
        return _problem(_GONE, f"{name} was retired on {version.sunset}. {move}", **guide)
    if not version.upstreams:
        remedy = f"Publish one with `sixfold publish {version.product}`, name it in the stack file, and run `make up`."
        return _problem(_UNAVAILABLE, f"{name} has no release yet. {remedy}")
    return forward(version, replays=replays)


def forward(version: VersionTraffic, *, replays: bool = False) -> Forward:
    """Return the forwarding of an API version that is served. Consumers send none of the headers that it removes.

    Args:
        version: it has releases.
        replays: requests may bring the time of a replay.

    """
    mirror = _mirror_headers(version.upstreams)
    reserved = (*_MIRRORING, *(() if replays else (REPLAY_TIME,)))
    return Forward(version.upstreams, mirror, tuple(name for name in reserved if name not in mirror))


def _mirror_headers(upstreams: tuple[Upstream, ...]) -> dict[str, str]:
    """Return the header with the addresses of all releases that score a request, the one that answers among them."""
    addresses = ",".join(upstream.address for upstream in upstreams)
    return {MIRROR_TO: addresses} if len(upstreams) > 1 else {}


def _problem(status: int, detail: str, **members: Any) -> Problem:  # noqa: ANN401 - RFC 9457 allows any member
    document = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail, **members}
    return Problem(status, document)


FOREIGN = _problem(_FORBIDDEN, "A local stack answers programs of its machine, and no web page of elsewhere.")
"""The answer of a local edge to web pages that are not its own."""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
