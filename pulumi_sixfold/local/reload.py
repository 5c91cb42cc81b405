"""New files for a running process: by a POST to it, or by a check of the files and SIGHUP."""

import socket
import subprocess
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.local.supervisor import base_environment

SOCKET = "{socket}"
"""The host of a URL that leads to the process's own unix socket."""
_WITHIN_S = 30
_TAIL_CHARACTERS = 3000
_REMEDY = "correct it; the old one is still in force"


def post(url: str, content: str, own: Path) -> None:
    """Send a configuration to a running process, whose unix socket is `own`.

    Raises:
        ProviderError: it was refused; the message has the server's own words.

    """
    address = urlsplit(url)
    connection = _AtSocket(own) if address.netloc == SOCKET else HTTPConnection(address.netloc, timeout=_WITHIN_S)
    try:
        connection.request("POST", address.path, content.encode(), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP
            return
        why = answer.read().decode(errors="replace")[:_TAIL_CHARACTERS]
    except (OSError, HTTPException) as error:
        why = str(error)
    finally:
        connection.close()
    raise ProviderError(f"{url} refused the new configuration: {why}", remedy=_REMEDY)


def check(command: Sequence[str], folder: Path) -> None:
    """Run the command that checks a process's new files; after SIGHUP the process itself would only log an error.

    Raises:
        ProviderError: it refuses them; the message has its own words.

    """
    argv = [part.replace("{dir}", str(folder)) for part in command]
    done = subprocess.run(
        argv, cwd=folder, env=base_environment(), capture_output=True, text=True, timeout=_WITHIN_S, check=False
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}".strip()[-_TAIL_CHARACTERS:]
        raise ProviderError(f"{argv[0]} refused the new configuration: {said}", remedy=_REMEDY)


class _AtSocket(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_WITHIN_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
