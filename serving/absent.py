"""Keeps a package out of the process: one that others import where they find it, and do without where they do not."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class Absent:
    """An import finder by which a package is not installed.

    Args:
        package: its name.

    """

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Refuse the package, and leave all others to the finders that follow.

        Raises:
            ModuleNotFoundError: it is the package.

        """
        if name == self._package:
            raise ModuleNotFoundError(f"{name} is kept out of a release", name=name)
        return None


def keep_out(package: str) -> None:
    """Let no import of a package succeed from now on."""
    sys.meta_path.insert(0, Absent(package))
