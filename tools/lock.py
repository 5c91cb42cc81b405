"""Keeps requirements.lock in step with pyproject.toml: `lock.py --check` compares, `lock.py` writes."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[1]
_OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--python-version=3.11",
    "--group=dev",
)


def compile_lock(project: Path) -> bytes:
    """Resolve pyproject.toml anew, keeping every version of the present lock that still fits."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, "requirements.lock")
        present = project / draft.name
        if present.exists():
            shutil.copyfile(present, draft)
        uv = project / ".venv" / "bin" / "uv"
        command: list[str | Path] = [uv, "pip", "compile", *_OPTIONS, "--output-file", draft, "pyproject.toml"]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL)
        return draft.read_bytes()


def main() -> None:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    lock = _PROJECT / "requirements.lock"
    try:
        wanted = compile_lock(_PROJECT)
    except subprocess.CalledProcessError as error:
        sys.exit(f"requirements.lock could not be compared: uv ended with {error.returncode}, see above")
    if not arguments.check:
        lock.write_bytes(wanted)
    elif lock.read_bytes() != wanted:
        sys.exit("requirements.lock is not in step with pyproject.toml\n  → run `make lock` and commit the result")


if __name__ == "__main__":
    main()
