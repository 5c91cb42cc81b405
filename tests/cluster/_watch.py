"""Records of the watch API during an operation: every state of some kinds, in order."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster._plane import Object, Plane

_KINDS = ("httproutes", "endpointslices")
State = Mapping[tuple[str, str], Object]


class Film:
    """The states that were seen since the version `start` of etcd's content."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._events: list[Object] = []

    def add(self, printed: str) -> None:
        """Add what one watch printed: events, one after the other."""
        decoder, at = json.JSONDecoder(), 0
        while at < len(printed.rstrip()):
            event, end = decoder.raw_decode(printed, at)
            self._events.append(event)
            at = end + len(printed[end:]) - len(printed[end:].lstrip())

    def states(self) -> Iterator[State]:
        """Yield all objects as they were after each event; one counter in etcd orders those of all kinds."""
        now: dict[tuple[str, str], Object] = {}
        for event in sorted(self._events, key=_version):
            live = event["object"]
            now[live["kind"], live["metadata"]["name"]] = live
            if event["type"] == "DELETED":
                del now[live["kind"], live["metadata"]["name"]]
            if _version(event) > self._start:
                yield now


def _version(event: Object) -> int:
    return int(event["object"]["metadata"]["resourceVersion"])


@contextmanager
def watching(plane: Plane, namespace: str, folder: Path) -> Iterator[Film]:
    """Record what happens in a namespace during the block."""
    files = [folder / kind for kind in _KINDS]
    processes = [_watch(plane, namespace, kind, file) for kind, file in zip(_KINDS, files, strict=True)]
    listed = json.loads(plane.kubectl("get", "--raw", f"/api/v1/namespaces/{namespace}/services").stdout)
    film = Film(int(listed["metadata"]["resourceVersion"]))
    try:
        yield film
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    for file in files:
        film.add(file.read_text())


def _watch(plane: Plane, namespace: str, kind: str, file: Path) -> subprocess.Popen[bytes]:
    command = ["kubectl", "--kubeconfig", str(plane.kubeconfig), "get", kind, "-n", namespace]
    with file.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--watch", "--output-watch-events", "-o", "json"], executable=plane.binary, stdout=out
        )
    while not file.stat().st_size and process.poll() is None:
        pass  # until it has the present state, so that it misses nothing
    return process


def answering(state: State, route: str) -> dict[str, int]:
    """Return the number of ready pods behind each release that a route sends requests to."""
    ready: dict[str, int] = defaultdict(int)
    for (kind, _), live in state.items():
        if kind == "EndpointSlice":
            service = live["metadata"]["labels"]["kubernetes.io/service-name"]
            ready[service] += sum(bool(each["conditions"].get("ready")) for each in live.get("endpoints") or [])
    return {name: ready[name] for name, weight in weights(state["HTTPRoute", route]).items() if weight}


def weights(route: Mapping[str, Any]) -> dict[str, int]:
    """Return the per cent of requests that each release is sent."""
    first, *others = ({each["name"]: each["weight"] for each in rule["backendRefs"]} for rule in route["spec"]["rules"])
    assert all(other == first for other in others)
    return first
