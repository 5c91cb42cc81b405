"""`sixfold` as somebody types it who has a stack on the control plane, and releases small enough to publish by hand."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sixfold.outputs import StackOutputs
from sixfold.registry.archive import pack, tree_digest
from sixfold.registry.releases import Record, Registry
from tests.cluster._plane import Plane
from tests.cluster._stacks import Stack

_CONTRACT = Path(__file__).parents[2] / "products/flight_delays/product.yaml"
_BUILD = """
import os
from pathlib import Path

Path(os.environ["SIXFOLD_HOME"], "built-by").write_text({name!r})
"""

Run = Callable[..., str]


def commands(stack: Stack, plane: Plane, folder: Path) -> Run:
    """Return a function that runs a command on the stack and gives what it printed."""
    (folder / "kubectl").symlink_to(plane.binary)
    env = {**stack.pulumi.env, "NO_COLOR": "1", "COLUMNS": "200"}
    env["PATH"] = f"{folder}{os.pathsep}{env['PATH']}"

    def run(*arguments: str, code: int = 0) -> str:
        command = [Path(sys.executable).with_name("sixfold"), *arguments, "--stack", stack.name]
        root = stack.pulumi.root
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return run


def publish(stack: Stack, name: str, folder: Path) -> str:
    """Publish a release of flight-delays whose own code notes that it has built the features; return its digest."""
    bento, archive = folder / name, folder / f"{name}.tar"
    code = bento / "src" / "models" / "features"
    code.mkdir(parents=True)
    for package in (code.parent, code):
        (package / "__init__.py").touch()
    (code / "__main__.py").write_text(_BUILD.format(name=name))
    (bento / "src" / "product.yaml").write_text(_CONTRACT.read_text())
    pack(bento, archive)
    record = Record(
        product="flight-delays",
        digest=tree_digest(bento),
        created=datetime(2026, 11, 25, tzinfo=UTC),
        git_commit="0" * 40,
        lock_hash="lock",
        feature_hash=f"features of {name}",
        training_key=name,
        snapshots={},
        metrics={},
    )
    environment = StackOutputs.model_validate(stack.pulumi.outputs()["environment"])
    Registry(environment.platform, folder / "home").publish(record, archive)
    return record.digest
