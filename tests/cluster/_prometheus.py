"""A Prometheus as its operator leaves it on a cluster: a pod, and the Service before all of a namespace."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from infra.plans.kubernetes.manifest import NAME, manifest
from infra.plans.kubernetes.pods import LOCKED, security
from tests._history import History, remembering
from tests.cluster._plane import Plane
from tests.cluster._pod_network import leading_to

_POD, _SERVICE = "prometheus-prometheus-0", "prometheus-operated"


def declare(plane: Plane, namespace: str) -> None:
    """Put both into a namespace, and wait until the API server finds the pod."""
    labels, web = {NAME: "prometheus"}, {"name": "web", "containerPort": 9090}
    container = {"name": "prometheus", "image": "prometheus", "securityContext": LOCKED, "ports": [web]}
    pod = {"securityContext": security(), "containers": [container]}
    service = {"clusterIP": "None", "selector": labels, "ports": [{"name": "web", "port": 9090, "targetPort": "web"}]}
    found = (
        manifest("v1", "Pod", _POD, namespace, labels=labels, spec=pod),
        manifest("v1", "Service", _SERVICE, namespace, spec=service),
    )
    plane.kubectl("apply", "-f", "-", given="\n---\n".join(map(json.dumps, found)))
    plane.kubectl("wait", "-n", namespace, "--for=condition=Ready", f"pod/{_POD}", "--timeout=120s")
    proxied = f"/api/v1/namespaces/{namespace}/services/{_SERVICE}:web/proxy/"
    for _ in range(60):  # the API server itself learns of them a moment later
        if "no endpoints" not in plane.kubectl("get", "--raw", proxied, check=False).stderr:
            return
        time.sleep(1)
    raise AssertionError(f"the API server knows of no pod behind {_SERVICE}")


@contextmanager
def running(plane: Plane, history: History, folder: Path, port: int) -> Iterator[None]:
    """Run a real one, with values up to now, and let the API server find it where the pod is."""
    with remembering(history, datetime.now(UTC), folder, port), leading_to(port, plane.folder):
        yield
