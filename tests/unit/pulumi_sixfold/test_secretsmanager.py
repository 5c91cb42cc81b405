"""Secrets where it matters most."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.secretsmanager import SecretArgs, SecretHandler
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:secretsmanager:Secret::door"
ARGS = SecretArgs(name="door", value="opensesame")

Make = Callable[..., Any]


@pytest.fixture
def handler(make: Make) -> Any:
    handler = make(SecretHandler)
    handler.update(URN, handler.create(URN, ARGS), ARGS)
    return handler


def test_a_deleted_secret_can_be_brought_back(handler: Any) -> None:
    handler.delete("door", ARGS)
    assert handler.read("door") is None
    handler.delete("door", ARGS)
    handler.update(URN, handler.create(URN, ARGS), ARGS)
    assert handler.read("door").args == ARGS


def test_force_destroy_leaves_nothing_to_bring_back(handler: Any) -> None:
    handler.delete("door", ARGS.model_copy(update={"force_destroy": True}))
    with pytest.raises(handler.client.exceptions.ResourceNotFoundException):
        handler.client.restore_secret(SecretId="door")


def test_a_value_that_people_write_is_left_alone(make: Make, client: Callable[[str], Any]) -> None:
    handler, args = make(SecretHandler), SecretArgs(name="theirs")
    handler.update(URN, handler.create(URN, args), args)
    client("secretsmanager").put_secret_value(SecretId="theirs", SecretString="by hand")
    assert handler.read("theirs").args == args
    handler.update(URN, "theirs", args)
    assert client("secretsmanager").get_secret_value(SecretId="theirs")["SecretString"] == "by hand"


def test_a_first_value_is_random_and_every_later_one_is_peoples(make: Make, client: Callable[[str], Any]) -> None:
    handler, secrets, values = make(SecretHandler), client("secretsmanager"), []
    for name in ("one", "other"):
        args = SecretArgs(name=name, first_random="signing")
        handler.update(URN, handler.create(URN, args), args)
        values.append(json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])["signing"])
    assert [len(bytes.fromhex(value)) for value in values] == [32, 32]
    assert (values[0] != values[1], handler.read("one").args.value) == (True, None)
    secrets.put_secret_value(SecretId="one", SecretString="by hand")
    handler.update(URN, handler.create(URN, args.model_copy(update={"name": "one"})), args)
    assert secrets.get_secret_value(SecretId="one")["SecretString"] == "by hand"


def test_a_value_has_one_writer() -> None:
    with pytest.raises(InvalidArgs, match="leave one of the two out"):
        SecretArgs.model_validate({"value": "opensesame", "first_random": "signing"})


def test_another_stacks_secret_is_not_adopted(handler: Any) -> None:
    with pytest.raises(ProviderError, match=f"belongs to {URN}"):
        handler.create("urn:other", ARGS)


def test_a_refused_value_is_not_shown() -> None:
    with pytest.raises(InvalidArgs) as caught:
        SecretArgs.model_validate({"value": "opensesame" * 10_000})
    assert "opensesame" not in str(caught.value)
