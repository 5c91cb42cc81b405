"""Runs a plugin written in Python (a policy pack, a provider) for the language host."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import IO

from pulumi.runtime.proto.language_pb2 import RunPluginRequest, RunPluginResponse

Wrap = Callable[[bytes], RunPluginResponse]


def start(request: RunPluginRequest) -> subprocess.Popen[bytes]:
    """Start the plugin in this environment. Policy packs are run by the SDK, anything else runs itself."""
    folder = request.info.program_directory
    is_pack = request.kind == "analyzer"
    argv = ["-m", "pulumi.policy", *request.args, folder] if is_pack else [folder, *request.args]
    return subprocess.Popen(
        [sys.executable, "-u", *argv],
        cwd=request.pwd,
        env=dict(pair.split("=", 1) for pair in request.env) or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def stream(plugin: subprocess.Popen[bytes]) -> Iterator[RunPluginResponse]:
    """Pass on what the plugin prints, as it comes: the engine waits for its port. Then its exit code."""
    said: queue.SimpleQueue[RunPluginResponse | None] = queue.SimpleQueue()

    def pump(pipe: IO[bytes] | None, wrap: Wrap) -> None:
        for line in pipe or ():
            said.put(wrap(line))
        said.put(None)

    for pipe, wrap in (
        (plugin.stdout, lambda line: RunPluginResponse(stdout=line)),
        (plugin.stderr, lambda line: RunPluginResponse(stderr=line)),
    ):
        threading.Thread(target=pump, args=(pipe, wrap), daemon=True).start()
    for _ in ("stdout", "stderr"):
        yield from iter(said.get, None)
    yield RunPluginResponse(exitcode=plugin.wait())
