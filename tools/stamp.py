"""Remembers in `.venv` what it was made from, so that a bootstrap with nothing to do takes no time."""

import hashlib
import json
import os
from pathlib import Path

from tools.catalogue import Tool

_TOOLS = Path(__file__).parent


class Stamp:
    """Inputs and files of each installed part: a part is valid while neither has changed."""

    def __init__(self, environment: Path) -> None:
        self._file = environment / "bootstrap.json"
        self._parts = json.loads(self._file.read_text()) if self._file.exists() else {}

    def holds(self, part: str, digest: str) -> bool:
        """Return whether the part was made from these inputs, and all its files exist."""
        made = self._parts.get(part)
        return made is not None and made["digest"] == digest and all(Path(file).exists() for file in made["files"])

    def files_in(self, folder: Path) -> list[Path]:
        """Return the files of all parts that lie in a folder."""
        files = (Path(file) for part in self._parts.values() for file in part["files"])
        return [file for file in files if file.is_relative_to(folder)]

    def again(self, part: str, digest: str) -> None:
        """Record a part, which has its files, as made from other inputs."""
        self.put(part, digest, [Path(file) for file in self._parts[part]["files"]])

    def put(self, part: str, digest: str, files: list[Path]) -> None:
        """Record a part that is finished."""
        self._parts[part] = {"digest": digest, "files": [str(file) for file in files]}
        draft = self._file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(self._parts, indent=2))
        draft.replace(self._file)


def digest_of(tool: Tool) -> str:
    """Digest what a tool is made from: its pins, and what is known about it."""
    pins = [file.read_bytes() for file in tool.sources()]
    own = [(_TOOLS / name).read_bytes() for name in ("catalogue.py", "launchers.py", "manifests.py")]
    return hashlib.sha256(b"\0".join(pins + own)).hexdigest()
