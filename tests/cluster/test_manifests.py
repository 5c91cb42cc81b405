"""Every manifest of a stack, asked of the real API server and the operators' own definitions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.checks.recording import record
from sixfold.stack import parse
from tests.cluster._plane import Plane

SETTINGS = {
    "runtime": "kubernetes",
    "region": "eu-west-1",
    "cluster": {"host": "ml.example.com", "certificate": "edge-tls", "context": "test", "runner": f"sha256:{'0' * 64}"},
    "products": {
        "flight-delays": {"v1": {"releases": [{"release": letter * 64, "weight": 50} for letter in "ab"]}},
    },
}


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Any]]:
    """Manifests of a stack with a canary."""
    root, home = Path(__file__).parents[2], tmp_path_factory.mktemp("home")
    planned = record("asked", parse(SETTINGS, "test"), root=root, home=home)
    return [each.inputs for each in planned if "kind" in each.inputs]


def test_the_api_server_takes_every_manifest_with_no_field_that_it_does_not_know(
    manifests: list[Mapping[str, Any]], plane: Plane
) -> None:
    rooms = [each for each in manifests if each["kind"] == "Namespace"]
    plane.kubectl("apply", "-f", "-", given="\n---\n".join(map(json.dumps, rooms)))
    everything = "\n---\n".join(map(json.dumps, manifests))
    said = plane.kubectl("create", "--dry-run=server", "--validate=strict", "-f", "-", given=everything, check=False)
    refused = [line for line in said.stderr.splitlines() if "AlreadyExists" not in line]
    assert refused == []
    assert said.stdout.count("\n") == len(manifests) - len(rooms)
