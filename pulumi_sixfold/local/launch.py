"""Becomes the program that a JSON file describes: {dir, socket, inputs: {command, directory, environment}}.

supervisord runs this instead of the command itself, because its own configuration cannot hold every text (quotes, line
ends, `%`), and because secrets belong into a file that only its owner reads. Uses nothing but the standard library.
"""

import json
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Replace this process; its pid, and with it the signals of supervisord, stay."""
    program = json.loads(Path(sys.argv[1]).read_text())
    inputs, folder = program["inputs"], program["dir"]

    def filled(text: str) -> str:
        return str(text.replace("{dir}", folder).replace("{socket}", program["socket"]))

    command = [filled(part) for part in inputs["command"]]
    own = {name: filled(value) for name, value in inputs["environment"].items()}
    base = {name: value for name, value in os.environ.items() if not name.startswith("SUPERVISOR_")}
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - slow to load, and needed here only

        # If supervisord is killed, its programs must not stay behind and hold their ports.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    try:
        os.chdir(inputs.get("directory", folder))
        os.execvpe(command[0], command, {**base, **own})  # noqa: S606 - no shell wanted
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error}")


if __name__ == "__main__":
    main()
