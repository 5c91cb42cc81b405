"""A stack on a cluster: its pods, as the API server knows them."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from delivery.health.finding import Finding, Question, answer_within
from infra.plans import names

_AREAS = ("serving", "monitoring")
_RESTARTS = 5  # of a container, beyond which it is worth a look


def questions(stack: str, context: str, deploy: str) -> Iterator[Question]:
    """Yield the questions to a cluster, and the parts of which nothing can be asked from here."""
    for area in _AREAS:
        namespace = names.namespace(stack, area)
        look = f"kubectl --context {context} -n {namespace} get pods,events"
        yield Question("pods", namespace, partial(_pods_of, context, namespace, look), look)
    says = "not asked: a copy, a disk and rows that wait belong to pods; their alerts tell of them"
    yield Question("machine", "pods' own", lambda: [Finding("machine", "pods' own", None, says)], deploy)


def judge_pods(namespace: str, pods: Mapping[str, Any], look: str) -> Iterator[Finding]:
    """Judge the pods of a namespace: each is ready, and restarts seldom."""
    amiss = []
    for pod in pods["items"]:
        status = pod.get("status", {})
        ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", []))
        restarts = sum(each["restartCount"] for each in status.get("containerStatuses", []))
        if status.get("phase") != "Succeeded" and (not ready or restarts > _RESTARTS):
            state = f"{status.get('phase', 'Unknown').lower()}, {'ready' if ready else 'not ready'}"
            amiss.append(Finding("pods", pod["metadata"]["name"], False, f"{state}, {restarts} restarts", look))
    yield from amiss
    count = len(pods["items"])
    if not amiss:
        says = f"{count} pods, all ready" if count else "no pods"
        yield Finding("pods", namespace, well=count > 0, says=says, remedy=None if count else look)


def _pods_of(context: str, namespace: str, look: str) -> Iterator[Finding]:
    yield from judge_pods(namespace, _pods(context, namespace), look)


def _pods(context: str, namespace: str) -> dict[str, Any]:
    command = ["kubectl", "--context", context, f"--request-timeout={answer_within():.0f}s", "-n", namespace]
    done = subprocess.run([*command, "get", "pods", "-o", "json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "kubectl failed")
    return dict(json.loads(done.stdout))
