import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.plans.names import stand_in_credentials
from tests._servers import running

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def guarded(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real stand-in, moto behind the guard."""
    folder = tmp_path_factory.mktemp("stand-in")
    url = f"http://127.0.0.1:{(port := free_port())}"
    with running(command(port, folder), f"{url}/moto-api/", folder / "log", os.environ | stand_in_credentials(KEY)):
        yield url


def command(port: int, folder: Path) -> list[str]:
    """The command that runs the stand-in, which keeps what it is told in a folder."""
    return [sys.executable, "-m", "infra.stand_in", "--port", str(port), "--keep", str(folder / "kept")]


@pytest.fixture
def s3_of(guarded: str) -> Callable[[str], Any]:
    """A function that gives an S3 client with an access key id."""
    return lambda key: client_of("s3", guarded, key)


def client_of(service: str, url: str, key: str = KEY) -> Any:
    """A client of a stand-in."""
    return boto3.client(service, "eu-west-1", endpoint_url=url, **_named(key))


def _named(key: str) -> dict[str, str]:
    return {name.lower(): value for name, value in stand_in_credentials(key).items()}
