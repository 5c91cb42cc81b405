import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from infra.plans.monitoring.alertmanager import alertmanager_config
from sixfold.contract import Product


@pytest.fixture
def config_file(product: Product, write: Callable[[str, Any], str]) -> str:
    url, login = "http://127.0.0.1:8005/alerts", {"username": "sixfold", "password": "p"}
    config = alertmanager_config(products={product.name: product}, webhook_url=url, login=login)
    return write("alertmanager.yml", config)


def test_amtool_accepts_the_configuration(config_file: str, tool: Callable[[str], str]) -> None:
    command = [tool("amtool"), "check-config", config_file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["team=arrivals", "severity=page"], "arrivals-page"),
        (["team=arrivals", "severity=ticket"], "arrivals-ticket"),
        (["team=platform", "severity=page"], "platform-page"),
        (["team=unheard-of"], "platform-ticket"),
    ],
)
def test_each_alert_reaches_the_team_that_owns_it(
    labels: list[str], receiver: str, config_file: str, tool: Callable[[str], str]
) -> None:
    command = [tool("amtool"), "config", "routes", "test", f"--config.file={config_file}", *labels]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == receiver, done.stderr
