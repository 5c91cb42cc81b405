"""The AWS of a local stack: `python -m infra.stand_in --port N`, moto behind the guard, on 127.0.0.1.

The access key id that it takes is in AWS_ACCESS_KEY_ID, as for every process of the stack.
"""

import argparse
import os
import signal
import sys
from typing import Any

from infra.stand_in.guard import Guard

_HOST = "127.0.0.1"


def main() -> None:
    """Run the command, until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.stand_in", description="Answer like AWS on this machine.")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    # moto reads both when it is imported. Any text turns CORS off; without, it answers every origin.
    os.environ |= {"MOTO_DISABLE_GLOBAL_CORS": "true", "MOTO_PORT": str(port)}
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - see above
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import run_simple  # noqa: PLC0415 - as moto

    signal.signal(signal.SIGTERM, _end)
    moto: Any = DomainDispatcherApplication(create_backend_app)
    guard = Guard(moto, port=port, key=os.environ["AWS_ACCESS_KEY_ID"])
    run_simple(_HOST, port, guard, threaded=True, request_handler=MotoRequestHandler)


def _end(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
