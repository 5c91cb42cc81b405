"""The AWS of a local stack: `python -m infra.stand_in --port N --keep FOLDER`, moto behind the guard, on 127.0.0.1.

The access key id that it takes is in AWS_ACCESS_KEY_ID, as for every process of the stack. What it is told is kept in
the folder, and is there again after a restart.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

from infra.stand_in.guard import Guard
from pulumi_sixfold.local.files import own_folder

_HOST = "127.0.0.1"


def main() -> None:
    """Run the command, until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.stand_in", description="Answer like AWS on this machine.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keep", type=Path, required=True)
    given = parser.parse_args()
    port: int = given.port
    own_folder(given.keep)
    # moto reads both when it is imported. Any text turns CORS off; without, it answers every origin.
    os.environ |= {"MOTO_DISABLE_GLOBAL_CORS": "true", "MOTO_PORT": str(port)}
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - see above
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415 - as moto

    from infra.stand_in import draws  # noqa: PLC0415 - as moto
    from infra.stand_in.keeper import Keeper  # noqa: PLC0415 - as moto

    signal.signal(signal.SIGTERM, _end)
    draws.install()
    moto: Any = DomainDispatcherApplication(create_backend_app)
    keeper = Keeper(moto, given.keep / "aws.sqlite")
    guard = Guard(keeper, port=port, key=os.environ["AWS_ACCESS_KEY_ID"])
    # The port first: who asks meanwhile waits for an answer, and a second stand-in does not touch the file.
    server = make_server(_HOST, port, guard, threaded=True, request_handler=MotoRequestHandler)
    keeper.load()
    server.serve_forever()


def _end(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
