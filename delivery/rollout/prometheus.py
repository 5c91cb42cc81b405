"""The client of a stack's Prometheus: by HTTP, or on a cluster by kubectl through the API server."""

import json
import subprocess
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from infra.plans import names
from infra.plans.kubernetes import prometheus_proxy
from monitoring.prometheus import AtAddress, Prometheus, Sample, samples
from sixfold.errors import SixfoldError
from sixfold.outputs import Endpoints
from sixfold.stack import Settings

_TIMEOUT_S = 30


def of_stack(stack: str, settings: Settings, endpoints: Endpoints) -> Prometheus:
    """Return the stack's Prometheus: at the address in its outputs, else through the API server of its cluster."""
    return AtAddress(endpoints.prometheus) if endpoints.prometheus else BehindApiServer(stack, settings)


class BehindApiServer(NamedTuple):
    """A Prometheus on a cluster, which kubectl reaches through the API server, with the rights of whoever calls."""

    stack: str
    settings: Settings

    def query(self, expression: str, at: datetime) -> list[Sample]:
        """Return the series of an instant query."""
        context = context_of(self.stack, self.settings)
        command = ["kubectl", "--context", context, f"--request-timeout={_TIMEOUT_S}s", "get", "--raw"]
        command += [f"{prometheus_proxy.path(self.stack)}{_path(expression, at)}"]
        about = f"Prometheus of the stack {self.stack!r} cannot be asked through the context {context!r}"
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=2 * _TIMEOUT_S, check=False)
        except FileNotFoundError as error:
            raise SixfoldError(f"{about}: there is no kubectl on PATH", remedy="install kubectl") from error
        except subprocess.TimeoutExpired as error:
            said = f"kubectl was not done after {2 * _TIMEOUT_S} s"
            raise SixfoldError(f"{about}: {said}", remedy=_remedy(said, self.stack, self.settings)) from error
        if done.returncode:
            said = done.stderr.strip()
            raise SixfoldError(f"{about}: {said}", remedy=_remedy(said, self.stack, self.settings))
        return samples(json.loads(done.stdout))


def _path(expression: str, at: datetime) -> str:
    return f"/api/v1/query?{urlencode({'query': expression, 'time': at.timestamp()})}"


def context_of(stack: str, settings: Settings) -> str:
    """Return the kubeconfig's context for a stack: the one that its file names, or one called as the cluster is."""
    named = settings.cluster.context if settings.cluster else None
    return named or names.cluster(stack)


_REMEDIES = {
    "(Forbidden)": "take a role with `rollout: true` in stacks/roles.yaml; `pulumi up` grants what is new there",
    "(NotFound)": (
        "bring the stack up; then see what `kubectl --context {context} -n {namespace} get prometheus,pods` has"
    ),
    "no endpoints available": "see why no Prometheus is ready: `kubectl --context {context} -n {namespace} get pods`",
    "error trying to reach service": (
        "let the API server in: on a cluster that the stack does not make, cluster.api_cidrs in the stack file says "
        "where it calls from"
    ),
}
_UNREACHED = "see that `kubectl --context {context} get --raw /readyz` answers; a private API takes a tunnel or a VPN"


def _remedy(said: str, stack: str, settings: Settings) -> str:
    context, namespace = context_of(stack, settings), names.namespace(stack, "monitoring")
    if f'context "{context}" does not exist' in said:
        if settings.cluster and settings.cluster.context:
            return "name a context of your kubeconfig in cluster.context of the stack file"
        return f"aws eks update-kubeconfig --name {context} --alias {context} --region {settings.region}"
    found = (remedy for mark, remedy in _REMEDIES.items() if mark in said)
    return next(found, _UNREACHED).format(context=context, namespace=namespace)
