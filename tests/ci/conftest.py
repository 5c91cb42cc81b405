"""The workflows as data, and actionlint."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.conftest import engine, pulumi_project  # noqa: F401 - fixtures for the tests here

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def workflows() -> dict[str, Any]:
    """Every workflow, by the name of its file."""
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    return {file.name: yaml.safe_load(file.read_text()) for file in files}


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The linter that the bootstrap finds or builds."""
    bootstrap = [sys.executable, ROOT / "tools" / "bootstrap.py", "--only", "workflows"]
    subprocess.run(bootstrap, cwd=ROOT, capture_output=True, check=True)
    return Path(sys.prefix, "bin", "actionlint")
