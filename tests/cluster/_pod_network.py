"""The network of pods that do not run: the API server's connections to a pod lead to a server on this machine.

The API server speaks HTTP CONNECT to whoever leads it to pods, as it does to konnectivity
(https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/).
"""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

SOCKET, CONFIG = "pods.sock", "egress.json"


def write_config(folder: Path) -> None:
    """Write what tells an API server that starts in a folder by which socket it reaches pods."""
    by = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": str(folder / SOCKET)}}}
    config = {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": "cluster", "connection": by}],
    }
    (folder / CONFIG).write_text(json.dumps(config))


class _Network(ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, port: int) -> None:
        self.port, self.connections = port, list[socket.socket]()
        super().__init__(str(path), _Connection)


class _Connection(StreamRequestHandler):
    server: _Network

    def handle(self) -> None:
        self.server.connections.append(self.connection)
        while self.rfile.readline() not in {b"\r\n", b""}:
            pass
        with socket.create_connection(("127.0.0.1", self.server.port)) as pod:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_copy, args=(pod, self.connection), daemon=True)
            back.start()
            _copy(self.connection, pod)
            back.join()


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
        to.shutdown(socket.SHUT_WR)


@contextmanager
def leading_to(port: int, folder: Path) -> Iterator[None]:
    """Lead all connections to pods of the control plane in a folder to a port of this machine."""
    with _Network(folder / SOCKET, port) as network:
        thread = threading.Thread(target=network.serve_forever)
        thread.start()
        try:
            yield
        finally:
            network.shutdown()
            thread.join()
            for connection in network.connections:  # the API server keeps them for the next who asks
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            (folder / SOCKET).unlink()
