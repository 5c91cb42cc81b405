import subprocess
import sys
from pathlib import Path

import pytest

from tools import lock

BIN = Path(sys.prefix, "bin")


@pytest.fixture
def project(tmp_path: Path, tools: Path) -> Path:
    """A project without dependencies, so that nothing has to be fetched, and a lock of it."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/uv").symlink_to(BIN / "uv")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/lock.py").write_bytes((tools / "lock.py").read_bytes())
    (tmp_path / "pyproject.toml").write_text('[project]\nname="x"\nversion="1"\n[dependency-groups]\ndev=[]\n')
    (tmp_path / "requirements.lock").write_bytes(lock.compile_lock(tmp_path))
    return tmp_path


def check(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, project / "tools/lock.py", "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_lock_in_step_passes(project: Path) -> None:
    assert check(project).returncode == 0


def test_a_lock_out_of_step_is_named_with_its_remedy_and_left_as_it_was(project: Path) -> None:
    (project / "requirements.lock").write_text("left==1.0\n")
    result = check(project)
    assert result.returncode == 1
    assert "not in step with pyproject.toml\n  → run `make lock`" in result.stderr
    assert (project / "requirements.lock").read_text() == "left==1.0\n"


def test_a_lock_that_cannot_be_compared_is_a_failure(project: Path) -> None:
    (project / "pyproject.toml").write_text("[project\n")
    result = check(project)
    assert result.returncode == 1
    assert "could not be compared" in result.stderr
