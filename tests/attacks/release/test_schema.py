"""Requests that another program draws from the published schemas: schemathesis, as a stranger would run it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from serving.runtime import Runtime
from sixfold.contract import load_products
from sixfold.signatures import new_pass
from tests.attacks.conftest import Note
from tests.attacks.release.conftest import PRODUCTS, RING
from tests.attacks.release.test_requests import NAMES
from tests.unit.serving.conftest import listening

# JSON Schema takes 1683.0 for an integer, and a row has to say 1683: that is strictness, and no schema can say it.
ALLOWED = "positive_data_acceptance"


@pytest.fixture(params=NAMES)
def keyed(
    request: pytest.FixtureRequest, release: Callable[[str], Runtime], free_port: Callable[[], int]
) -> Iterator[tuple[str, str]]:
    """The name of a product, and the address of a release of it that answers nobody without a key."""
    (runtime := release(request.param)).callers.anonymous = False
    with listening(runtime, free_port()) as port:
        yield request.param, f"http://127.0.0.1:{port}"


def test_schemathesis_finds_nothing(keyed: tuple[str, str], tmp_path: Path, note: Note) -> None:
    name, address = keyed
    consumer = load_products(PRODUCTS)[name].consumers[0].name
    own = new_pass(RING.signers[0], consumer, datetime.now(UTC) + timedelta(hours=1))
    command = [str(Path(sys.executable).with_name("schemathesis")), "--no-color", "run", f"{address}/openapi.json"]
    options = ["--url", address, "--header", f"Authorization: Bearer {own}", "--exclude-checks", ALLOWED, "--seed", "1"]
    done = subprocess.run(
        [*command, *options, "--max-examples", "100"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    drawn = re.search(r"(\d+) generated", done.stdout)
    note("schemathesis", name, f"{drawn[1] if drawn else 'no'} requests, exit code {done.returncode}")
    assert done.returncode == 0, done.stdout[-3000:]
    assert drawn
    assert int(drawn[1]) > 100
