"""Fetches a Go module's files."""

import json
from pathlib import Path

from tools.processes import run

GO_ENVIRONMENT = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}


async def download(module: str, go: Path, cwd: Path, log: Path) -> dict[str, str]:
    """Give what `go mod download -json` says: `Dir` has the files, `Sum` is their sum as go.sum has it.

    Args:
        module: its path; with `@version` where `cwd` is not in a module that requires it.
        go: the command.
        cwd: where to run it.
        log: an empty file.

    Raises:
        CommandFailed: it could not be had.

    """
    await run(go, "mod", "download", "-json", module, log=log, cwd=cwd, env=GO_ENVIRONMENT)
    return _answer(log)


def _answer(log: Path) -> dict[str, str]:
    text = log.read_text()
    found: dict[str, str] = json.loads(text[text.index("{") :])  # after the lines about what is fetched
    return found
