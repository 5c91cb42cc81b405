"""Unix sockets: the kernel asks for a user there, and at a TCP port of 127.0.0.1 it does not."""

import hashlib
import os
from pathlib import Path

from pulumi_sixfold.kit.errors import ProviderError

_LONGEST = 100  # bytes; the kernel's sockaddr_un takes 108, and supervisord appends its pid


def socket_in(folder: Path, name: str) -> Path:
    """Return the path of a folder's one socket: in it, or, if that is too long, in a folder of the user's own.

    Raises:
        ProviderError: that folder belongs to somebody else.

    """
    socket = folder / name
    if len(os.fsencode(socket)) <= _LONGEST:
        return socket
    # Not TMPDIR or XDG_RUNTIME_DIR: every session must arrive at the same socket.
    short = Path("/tmp", f"sixfold-{os.getuid()}")  # noqa: S108 - mode 0700, and the owner is checked
    short.mkdir(mode=0o700, exist_ok=True)
    if short.lstat().st_uid != os.getuid() or short.is_symlink():
        raise ProviderError(f"{short} belongs to somebody else", remedy="remove it, or use a shorter SIXFOLD_HOME")
    return short / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}.sock"
