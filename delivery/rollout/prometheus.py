"""Asks a stack's Prometheus: at its address, or, on a cluster, by kubectl through the API server with one's rights."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx

from delivery.workspace import Workspace
from infra.plans import names
from infra.plans.kubernetes import prometheus_proxy as asking
from sixfold.errors import SixfoldError
from sixfold.stack import Settings, read

_PATIENCE_S = 30


class Sample(NamedTuple):
    """The value of one series."""

    labels: Mapping[str, str]
    value: float


def query(work: Workspace, expression: str, at: datetime) -> list[Sample]:
    """Return the series of an instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).

    Raises:
        SixfoldError: the stack's Prometheus does not answer, or one may not ask it.

    """
    asked = f"/api/v1/query?{urlencode({'query': expression, 'time': at.timestamp()})}"
    address = work.environment.endpoints.prometheus
    answer = _over_http(address, asked) if address else _through_the_api_server(work, asked)
    return list(_samples(answer))


def _samples(answer: Any) -> Iterator[Sample]:  # noqa: ANN401 - JSON
    for each in answer["data"]["result"]:
        yield Sample(each["metric"], float(each["value"][1]))


def _over_http(address: str, asked: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return httpx.get(f"{address}{asked}", timeout=_PATIENCE_S).raise_for_status().json()
    except httpx.HTTPError as error:
        raise SixfoldError(
            f"Prometheus at {address} does not answer: {error}", remedy="`make status`, `make up`"
        ) from error


def _through_the_api_server(work: Workspace, asked: str) -> Any:  # noqa: ANN401 - JSON
    stack, settings = work.engine.stack, read(work.stack_file)
    context = _context(stack, settings)
    command = ["kubectl", "--context", context, f"--request-timeout={_PATIENCE_S}s", "get", "--raw"]
    command += [f"{asking.path(stack)}{asked}"]
    about = f"Prometheus of the stack {stack!r} cannot be asked through the context {context!r}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * _PATIENCE_S, check=False)
    except FileNotFoundError as error:
        raise SixfoldError(f"{about}: there is no kubectl on PATH", remedy="install kubectl") from error
    except subprocess.TimeoutExpired as error:
        said = f"kubectl was not done after {2 * _PATIENCE_S} s"
        raise SixfoldError(f"{about}: {said}", remedy=_remedy(said, stack, settings)) from error
    if done.returncode:
        said = done.stderr.strip()
        raise SixfoldError(f"{about}: {said}", remedy=_remedy(said, stack, settings))
    return json.loads(done.stdout)


def _context(stack: str, settings: Settings) -> str:
    """Return the kubeconfig's context for a stack: the one that its file names, or one called as the cluster is."""
    named = settings.cluster.context if settings.cluster else None
    return named or names.cluster(stack)


_REMEDIES = {
    "(Forbidden)": "take a role with `rollout: true` in stacks/roles.yaml; `pulumi up` grants what is new there",
    "(NotFound)": "bring the stack up; then see what `kubectl --context {context} -n {room} get prometheus,pods` has",
    "no endpoints available": "see why no Prometheus is ready: `kubectl --context {context} -n {room} get pods`",
    "error trying to reach service": (
        "let the API server in: on a cluster that the stack does not make, cluster.api_cidrs in the stack file says "
        "where it calls from"
    ),
}
_UNREACHED = "see that `kubectl --context {context} get --raw /readyz` answers; a private API takes a tunnel or a VPN"


def _remedy(said: str, stack: str, settings: Settings) -> str:
    context, room = _context(stack, settings), names.namespace(stack, "monitoring")
    if f'context "{context}" does not exist' in said:
        if settings.cluster and settings.cluster.context:
            return "name a context of your kubeconfig in cluster.context of the stack file"
        return f"aws eks update-kubeconfig --name {context} --alias {context} --region {settings.region}"
    found = (remedy for mark, remedy in _REMEDIES.items() if mark in said)
    return next(found, _UNREACHED).format(context=context, room=room)
