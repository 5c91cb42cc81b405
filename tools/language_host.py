"""The Python language host for a Pulumi engine that was built from its Go module, which does not include one.

The engine starts `pulumi-language-python`, reads a port from its first line of output, and asks it over the
LanguageRuntime protocol (proto/pulumi/language.proto of the SDK) to run the program, or a plugin written in Python.
"""
# ruff: noqa: N802, ARG002 - the protocol names the methods and gives each one its context

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

if not __package__:  # run as a script, in any folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import grpc
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2 as pb
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

from tools import language_plugin, language_program

_LARGE_MESSAGES = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]


class Host(LanguageServer):
    """The SDK's in-process server, with what the engine asks of a host that is a process of its own.

    Its Run is replaced: it shows the SDK's own frames too, and leaves the project's root directory unset.
    """

    def __init__(self, engine: str) -> None:
        super().__init__(lambda: None)
        self._engine = engine
        self._plugins: set[subprocess.Popen[bytes]] = set()

    def Run(self, request: pb.RunRequest, context: grpc.ServicerContext) -> pb.RunResponse:
        """Run the program. What went wrong has been logged by then, so the engine is asked to add nothing (bail)."""
        os.chdir(request.pwd)
        return pb.RunResponse(bail=not language_program.run(request, self._engine))

    def RunPlugin(self, request: pb.RunPluginRequest, context: grpc.ServicerContext) -> Iterator[pb.RunPluginResponse]:
        """Run a plugin until it ends or the engine has had enough of it."""
        plugin = language_plugin.start(request)
        self._plugins.add(plugin)
        context.add_callback(plugin.terminate)
        yield from language_plugin.stream(plugin)
        self._plugins.discard(plugin)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Stop the plugins. The program ends by itself when the engine closes its monitor."""
        self.stop_plugins()
        return empty_pb2.Empty()

    def stop_plugins(self) -> None:
        """End the plugins that still run."""
        for plugin in tuple(self._plugins):
            plugin.terminate()

    def Handshake(
        self, request: pb.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.LanguageHandshakeResponse:
        """Accept any engine: the bootstrap keeps it in step with the SDK."""
        return pb.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Give the SDK's version as the host's own."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def InstallDependencies(
        self, request: pb.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.InstallDependenciesResponse]:
        """Install nothing: the environment is made from the hashed lock, never by the engine."""
        yield pb.InstallDependenciesResponse(stdout=b"The environment is made from requirements.lock by `make`.\n")

    def RuntimeOptionsPrompts(
        self, request: pb.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> pb.RuntimeOptionsResponse:
        """Ask nothing."""
        return pb.RuntimeOptionsResponse()

    def GenerateProgram(
        self, request: pb.GenerateProgramRequest, context: grpc.ServicerContext
    ) -> pb.GenerateProgramResponse:
        """Describe what `pulumi import` has imported, for the person who is to declare it.

        Pulumi's own generator would write for an SDK package that our provider does not have.
        """
        described = "\n".join(request.source.values())
        lines = [f"# {line}".rstrip() for line in described.strip().splitlines()]
        text = "\n".join(["# Declare it with these properties, under the same name and parent:", *lines, ""])
        return pb.GenerateProgramResponse(source={"__main__.py": text.encode()})

    def GetProgramDependencies(
        self, request: pb.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> pb.GetProgramDependenciesResponse:
        """List what is installed, for `pulumi about`."""
        found = sorted({each.name: each.version for each in metadata.distributions()}.items())
        return pb.GetProgramDependenciesResponse(
            dependencies=[pb.DependencyInfo(name=name, version=version) for name, version in found]
        )


def main() -> None:
    """Serve until the engine interrupts, or is gone."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    host = Host(engine=sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor(max_workers=16), options=_LARGE_MESSAGES)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while not stop.wait(timeout=1):
        if os.getppid() != parent:  # killed without a chance to interrupt us
            break
    host.stop_plugins()
    sys.stdout.flush()
    os._exit(0)  # a program that hangs in its own code must not keep the process


if __name__ == "__main__":
    main()
