import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from infra.plans.names import stand_in_credentials
from tests._servers import running

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def guarded(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real stand-in, moto behind the guard."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "infra.stand_in", "--port", str(port)]
    log = tmp_path_factory.mktemp("stand-in") / "log"
    with running(command, f"{url}/moto-api/", log, os.environ | stand_in_credentials(KEY)):
        yield url


@pytest.fixture
def s3_of(guarded: str) -> Callable[[str], Any]:
    """A function that gives an S3 client with an access key id."""
    return lambda key: boto3.client("s3", "eu-west-1", endpoint_url=guarded, **_named(key))


def _named(key: str) -> dict[str, str]:
    return {name.lower(): value for name, value in stand_in_credentials(key).items()}
