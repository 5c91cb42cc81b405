"""Stacks on Kubernetes as they are declared: the program under mocks, without an engine, AWS or a cluster."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.checks.recording import record
from sixfold.stack import parse

Manifest = Mapping[str, Any]
CLUSTER = {"host": "ml.example.com", "insecure": True, "context": "somewhere", "runner": f"sha256:{'0' * 64}"}


@pytest.fixture(scope="session")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Manifest]]:
    """A function `(pins, **cluster) -> manifests`: what a stack declares on an existing cluster."""
    home = tmp_path_factory.mktemp("home")

    def declared(pins: Mapping[str, Any], **cluster: Any) -> list[Manifest]:
        data = {"runtime": "kubernetes", "region": "eu-west-1", "cluster": CLUSTER | cluster, "products": pins}
        root = Path(__file__).parents[4]
        planned = record("dev", parse(data, "test"), root=root, home=home)
        return [each.inputs for each in planned if "kind" in each.inputs]

    return declared
