"""Serves a servicer to the engine: prints the port, as the engine expects, and ends with it."""

import logging
import os
import signal
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

from pulumi_sixfold.engine.proto import provider_pb2_grpc


def serve(servicer: provider_pb2_grpc.ResourceProviderServicer) -> None:
    """Serve the engine on a port that is printed, until it goes away."""
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
