"""The portal of a stack: `python -m monitoring.portal --port N`. One process a stack, read-only.

The environment names the platform, the edge and Prometheus; on one machine it also has the login that people need.
"""

import argparse
import logging
import os
import threading
from pathlib import Path

from monitoring.portal.app import Portal
from monitoring.portal.board import Board
from monitoring.portal.readers import of_stack
from monitoring.server import run
from serving.settings import platform
from sixfold.wire import ENV_EDGE, ENV_HOME, ENV_LOGIN, ENV_PROMETHEUS


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.portal", description="Show the stack to people.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    stack = platform()
    board = Board(of_stack(stack, Path(os.environ.get(ENV_HOME, ".sixfold")), os.environ[ENV_PROMETHEUS]))
    board.start(threading.Event())
    app = Portal(board, stack=stack.stack, edge=os.environ[ENV_EDGE]).app()
    run(app, host=given.host, port=given.port, login=os.environ.get(ENV_LOGIN))


if __name__ == "__main__":
    main()
