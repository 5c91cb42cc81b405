"""The access key id of a project's stand-in for AWS: random, and in a file that only its owner reads."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from threading import get_ident


def access_key(home: Path) -> str:
    """Return the access key id of the local stacks in `home`: 32 letters and digits, drawn at the first call.

    On 127.0.0.1 the kernel knows no user, and moto verifies no signature: who knows this id is who reads the folder.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)  # of a home from before: logs, alerts and the state are readable in it
    file = home / "access-key"
    with suppress(FileExistsError):
        draft = file.with_name(f".{file.name}.{os.getpid()}.{get_ident()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
            written.write(secrets.token_hex(16))
        try:
            os.link(draft, file)  # whole, and only one of two programs that begin at the same time
        finally:
            draft.unlink()
    return file.read_text()
