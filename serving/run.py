"""Starts one release: `python -m serving.run --product P --api-version V --release DIGEST --port N`.

It fetches the release, checks every file against the digest, loads the model once, and becomes `bentoml serve`. What is
wrong is said before that, in one message and exit code 1: a supervisor, and `pulumi up` behind it, can show it.
"""

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from serving.model import Model
from serving.settings import Settings, read_bento
from sixfold.errors import SixfoldError
from sixfold.registry.releases import Registry
from sixfold.release import STOP_WITHIN_S
from sixfold.telemetry import QUIET
from sixfold.wire import ENV_API_VERSION, ENV_HOME, ENV_RELEASE

HOST = "127.0.0.1"
_FLAGS = {
    **QUIET,
    "PROMETHEUS_DISABLE_CREATED_SERIES": "True",
    "PYTHONDONTWRITEBYTECODE": "",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command: with `--fetch`, fetch and check the release; else become the server, and never return."""
    given = _parser().parse_args(arguments)
    environment = os.environ | {ENV_API_VERSION: given.api_version, ENV_RELEASE: given.release}
    try:
        settings = Settings.read(environment)
        bento = prepare(settings, given.product)
        if given.fetch:
            return
        _check_port(given.host, given.port)
    except SixfoldError as error:
        sys.exit(f"cannot serve {given.product} {given.api_version}: {error}")
    own = flags(settings.home.resolve(), settings.release)
    os.execve(sys.executable, command(bento, given.host, given.port), environment | own)  # noqa: S606 - ours


def prepare(settings: Settings, product: str) -> Path:
    """Return the bento of the release on this machine, verified and known to score.

    Raises:
        SixfoldError: there is no such release, it was changed, or its model does not work.

    """
    bento = Registry(settings.platform, settings.home).fetch(product, settings.release)
    _, candidate, model = read_bento(bento / "src")
    Model(model, len(candidate.features))
    return bento.resolve()


def flags(home: Path, release: str) -> dict[str, str]:
    """Return the environment of a production server, all of whose own files go below the stack's folder.

    Bytecode is no part of a digest: each release has its own, so that no release writes what another one runs.
    """
    folder = home / "run"
    (folder / "bentoml").mkdir(parents=True, exist_ok=True)
    # bytecode beside the sources would no longer be the release, and none at all makes each start 2 s slower
    own = {ENV_HOME: home, "BENTOML_HOME": folder / "bentoml", "PYTHONPYCACHEPREFIX": folder / "bytecode" / release}
    return _FLAGS | {name: str(path) for name, path in own.items()}


def command(bento: Path, host: str, port: int) -> list[str]:
    """Return the command line that serves a bento with one worker; the edge alone talks to it."""
    options = {
        "--host": host,
        "--port": port,
        "--api-workers": 1,
        "--timeout-keep-alive": 75,  # longer than the edge keeps idle connections, so that it never uses a dying one
        "--timeout-graceful-shutdown": STOP_WITHIN_S // 2,  # the prediction log has the other half
    }
    flags = [str(part) for option in options.items() for part in option]
    return [sys.executable, "-m", "bentoml", "serve", str(bento), *flags]


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SixfoldError(
                f"port {port} is not free: {error.strerror}",
                remedy="stop what listens there, or move first_port in the stack file",
            ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m serving.run", description="Serve one release of a product.")
    parser.add_argument("--product", required=True)
    parser.add_argument("--api-version", required=True)
    parser.add_argument("--release", required=True, help="the whole digest")
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--host", default=HOST, help="the address to listen on")
    parser.add_argument("--fetch", action="store_true", help="fetch and check the release, and end")
    return parser


if __name__ == "__main__":
    main()
