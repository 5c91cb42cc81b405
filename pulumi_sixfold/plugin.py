"""The plugin process: `python -m pulumi_sixfold.plugin`. Prints its port, as the engine expects, and serves."""

import logging
import os
import signal
import stat
import sys
import threading
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer


class _LeftOut:
    """Stands for the classes of the SDK that our resources derive from; the plugin makes no resources."""

    def __class_getitem__(cls, item: object) -> type:
        return cls


def skip_the_sdk() -> None:
    """Make `pulumi.runtime.proto` importable on its own.

    `import pulumi` loads the whole SDK, 0.7 s of the start of a process that needs only the generated protocol.
    """
    path: list[str] | None = None
    for name in ("pulumi", "pulumi.runtime"):
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError(f"{name} is not installed beside {sys.executable}; run `make bootstrap`")
        path = list(spec.submodule_search_locations)
        module = ModuleType(name)
        module.__path__ = path
        for left_out in ("CustomResource", "ProviderResource", "ResourceOptions", "Output"):
            setattr(module, left_out, _LeftOut)
        sys.modules[name] = module


def main() -> None:
    """Serve until the engine stops this process or goes away."""
    skip_the_sdk()
    from pulumi_sixfold.aws.lookups import LOOKUPS  # noqa: PLC0415
    from pulumi_sixfold.catalogue import HANDLERS  # noqa: PLC0415 - after the SDK has been skipped
    from pulumi_sixfold.engine.protocol import Servicer  # noqa: PLC0415

    serve(Servicer(HANDLERS, LOOKUPS))


def serve(servicer: "ResourceProviderServicer") -> None:
    """Serve the engine on a port that is printed, until it goes away."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    import grpc  # noqa: PLC0415
    from pulumi.runtime.proto import provider_pb2_grpc  # noqa: PLC0415

    # gRPC logs a traceback for every call that is not implemented; the engine probes for some.
    logging.getLogger("grpc").setLevel(logging.CRITICAL)
    # The engine, which has made us a process group of our own, sends this once all operations have ended.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))

    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(max_workers=64), options=unlimited)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_end_with_the_engine, daemon=True).start()
    server.wait_for_termination()


def _end_with_the_engine() -> None:
    """Wait for the end of the pipe that the engine holds, so that a killed engine leaves no plugin behind."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
