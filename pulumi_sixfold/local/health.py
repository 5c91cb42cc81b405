"""Whether a process is ready, and why not."""

import socket
import time
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPException
from threading import Event
from urllib.parse import urlsplit

from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.local.supervisor import Supervisor

_POLL_S = 0.1
_ANSWER_WITHIN_S = 5
_TAIL_LINES = 25
_TAIL_BYTES = 3000

# Nothing of this may go through a proxy that the environment names.
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Readiness:
    """Readiness check of a program: its health URL, its deadline, and the position where its log began this time.

    `login` is user:password, where the URL asks for it.
    """

    name: str
    health_url: str | None
    timeout_s: float
    log_begins: int
    login: str | None = None


def wait_ready(supervisor: Supervisor, wanted: Readiness, cancelled: Event) -> None:
    """Wait until a program that was just started is ready.

    Raises:
        ProviderError: it exited, or was not ready in time; the message ends with its log.

    """
    end = time.monotonic() + wanted.timeout_s
    pid = 0
    while True:
        info = supervisor.info(wanted.name) or {"statename": "UNKNOWN", "pid": 0, "spawnerr": ""}
        state, pid, before = info["statename"], info["pid"] or pid, pid
        if state not in {"STOPPED", "STARTING", "RUNNING"} or (before and pid != before):
            raise _failure(supervisor, wanted, f"exited before it was ready {info['spawnerr']}".strip())
        problem = _problem(wanted.health_url, wanted.login) if wanted.health_url else f"is {state}"
        if problem is None or (wanted.health_url is None and state == "RUNNING"):
            return
        if time.monotonic() > end:
            raise _failure(supervisor, wanted, f"was not ready within {wanted.timeout_s:g} s: {problem}")
        if cancelled.wait(_POLL_S):
            raise _failure(supervisor, wanted, "was cancelled before it was ready")


def await_free(url: str, within_s: float) -> None:
    """Wait until nothing listens at a URL's address any more.

    Raises:
        ProviderError: something still does; a health check would take its answers for the new process's.

    """
    address = urlsplit(url)
    end = time.monotonic() + within_s
    while _listens(address.hostname or "127.0.0.1", address.port or 80):
        if time.monotonic() > end:
            raise ProviderError(
                f"another program already listens at {address.netloc}",
                remedy="stop it (`ss -ltnp` shows its pid), or choose other ports for the stack",
            )
        time.sleep(_POLL_S)


def _problem(url: str, login: str | None) -> str | None:
    """Return why a health check fails; None where it answers 2xx."""
    basic = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}
    request = urllib.request.Request(url, headers=basic)  # noqa: S310 - our own
    try:
        with _http.open(request, timeout=_ANSWER_WITHIN_S) as answer:
            return None if 200 <= answer.status < 300 else f"{url} answers {answer.status}"  # noqa: PLR2004 - HTTP
    except urllib.error.HTTPError as error:
        error.close()
        return f"{url} answers {error.code}"
    except (OSError, HTTPException) as error:
        return f"{url}: {error}"


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _failure(supervisor: Supervisor, wanted: Readiness, what: str) -> ProviderError:
    log = supervisor.log(wanted.name)
    return ProviderError(
        f"the process {wanted.name} {what}\n{_tail(supervisor, wanted)}".rstrip(),
        remedy=f"correct the cause and run again; the whole log: {log}",
    )


def _tail(supervisor: Supervisor, wanted: Readiness) -> str:
    log = supervisor.log(wanted.name)
    if not log.exists():
        return ""
    with log.open("rb") as file:
        size = log.stat().st_size
        file.seek(max(wanted.log_begins if wanted.log_begins <= size else 0, size - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:]
    return "\n".join(f"    {line}" for line in lines)
