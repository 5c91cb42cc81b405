"""Where the state of a stack on AWS may be."""

from pathlib import Path

import pytest

from infra.plans.backend import require_safe_state
from sixfold.errors import SixfoldError
from sixfold.stack import Settings, read

ROOT = Path(__file__).parents[4]
DEV = ROOT / "stacks" / "Pulumi.dev.yaml"
IN_A_FILE = {"PULUMI_BACKEND_URL": "file:///home/ada/.sixfold/state", "PULUMI_CONFIG_PASSPHRASE": ""}


@pytest.fixture
def dev() -> Settings:
    return read(DEV)


@pytest.mark.parametrize("env", [IN_A_FILE, {}], ids=["named", "by default"])
def test_a_stack_on_aws_is_refused_a_file_that_anybody_can_decrypt(dev: Settings, env: dict[str, str]) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)'dev' on AWS would be a file.*PULUMI_BACKEND_URL"):
        require_safe_state(dev, env, DEV)


@pytest.mark.parametrize(
    "env",
    [
        {"PULUMI_BACKEND_URL": "s3://state", "PULUMI_CONFIG_PASSPHRASE": ""},
        IN_A_FILE | {"PULUMI_CONFIG_PASSPHRASE": "long and secret"},
        IN_A_FILE | {"PULUMI_CONFIG_PASSPHRASE_FILE": "/run/secrets/passphrase"},
    ],
    ids=["a bucket", "a passphrase", "a file with one"],
)
def test_a_state_that_is_protected_is_taken(dev: Settings, env: dict[str, str]) -> None:
    require_safe_state(dev, env, DEV)


def test_a_key_of_aws_protects_a_state_in_a_file_too(dev: Settings, tmp_path: Path) -> None:
    (file := tmp_path / DEV.name).write_text(f"secretsprovider: awskms://alias/state\n{DEV.read_text()}")
    require_safe_state(dev, IN_A_FILE, file)


def test_a_stack_on_this_machine_or_a_stand_in_needs_no_passphrase(dev: Settings) -> None:
    require_safe_state(read(ROOT / "stacks" / "Pulumi.local.yaml"), IN_A_FILE, DEV)
    require_safe_state(dev.model_copy(update={"aws_endpoint": "http://127.0.0.1:5000"}), IN_A_FILE, DEV)
