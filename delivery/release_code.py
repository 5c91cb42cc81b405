"""Runs a release's own code, from the `src` folder of its bento, instead of the working tree's."""

import os
import subprocess
import sys
from pathlib import Path

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs

# Releases published before `models/features/` was a package lack the command, and for good: a release never changes.
_BEFORE_THE_COMMAND = """
import sys
from pathlib import Path
from models.features import build
from sixfold.contract import load_product
from sixfold.environment import Platform
build(Platform.model_validate_json(sys.stdin.read()), load_product(Path("product.yaml")))
"""
_OF_THE_RELEASE = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}  # bytecode in it would no longer be the release


def build_features(source: Path, platform: PlatformRefs) -> None:
    """Build a product's features by the code in `source`, the `src` folder of a release.

    Raises:
        SixfoldError: the code cannot build them; the message has the end of what it printed.

    """
    command = _command(source)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=source,
        env=os.environ | _OF_THE_RELEASE,
        input=platform.model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SixfoldError(
            f"the release's own code in {source} cannot build its features: {done.stderr.strip()[-1500:]}",
            remedy="check out the commit of the release, and run the same command again",
        )


def names_tables_barely(source: Path) -> bool:
    """Return whether a release is from before tables carried their product (`PlatformRefs.table`)."""
    names = source / "sixfold" / "outputs.py"
    return not names.exists() or f"def {PlatformRefs.table.__name__}(" not in names.read_text()


def _command(source: Path) -> list[str]:
    """Return the arguments of Python that build the features; what lies in the release decides."""
    if (source / "models" / "features" / "__main__.py").exists():
        return ["-m", "models.features", "--product-file", "product.yaml"]
    return ["-c", _BEFORE_THE_COMMAND]
