"""A key tells its own alias from others, and an alias of somebody else is left alone."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.kms import KeyArgs, KeyHandler
from pulumi_sixfold.aws.kms_alias import AliasArgs, AliasHandler
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.naming import owner

URN = owner("urn:pulumi:dev::project::sixfold:kms:Key::lake")
ALIAS = owner("urn:pulumi:dev::project::sixfold:kms:Alias::door")

Make = Callable[..., Any]


@pytest.fixture
def kms(client: Make) -> Any:
    """A boto3 client of KMS on the moto server."""
    return client("kms")


@pytest.fixture
def keys(make: Make) -> Any:
    """The handler of keys."""
    return make(KeyHandler)


@pytest.fixture
def aliases(make: Make) -> Any:
    """The handler of aliases."""
    return make(AliasHandler)


def by_hand(kms: Any, *names: str, **tags: str) -> str:
    """Make a key with aliases and tags as others do, and return its id."""
    pairs = [{"TagKey": key.replace("_", ":"), "TagValue": value} for key, value in tags.items()]
    key: str = kms.create_key(Tags=pairs)["KeyMetadata"]["KeyId"]
    for name in names:
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    return key


def ours(keys: Any, name: str) -> str:
    """Make a key as the provider does, and return its id."""
    args = KeyArgs(name=name)
    key: str = keys.create(URN, args)
    keys.update(URN, key, args)
    return key


def names(kms: Any, key: str) -> set[str]:
    return {alias["AliasName"].removeprefix("alias/") for alias in kms.list_aliases(KeyId=key)["Aliases"]}


def test_a_renamed_key_leaves_the_aliases_of_others(kms: Any, keys: Any) -> None:
    key = ours(keys, "lake")
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    keys.update(URN, key, KeyArgs(name="sea"))
    assert names(kms, key) == {"a", "sea"}
    assert keys.read(key).args == KeyArgs(name="sea")


def test_a_key_that_died_while_it_was_renamed_loses_its_old_alias(kms: Any, keys: Any) -> None:
    key = ours(keys, "lake")
    kms.create_alias(AliasName="alias/sea", TargetKeyId=key)
    assert keys.read(key).args.name == "lake"
    keys.update(URN, key, KeyArgs(name="sea"))
    assert names(kms, key) == {"sea"}


def test_a_key_that_was_made_by_hand_loses_no_alias(kms: Any, keys: Any) -> None:
    key = by_hand(kms, "b", "c")
    assert keys.read(key).args.name == "b"
    keys.update(URN, key, KeyArgs(name="lake"))
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    assert names(kms, key) == {"a", "b", "c", "lake"}
    assert keys.read(key).args == KeyArgs(name="lake")


def test_a_deleted_key_frees_its_own_alias_alone(kms: Any, keys: Any) -> None:
    key = ours(keys, "lake")
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    keys.delete(key, KeyArgs(name="lake"))
    assert names(kms, key) == {"a"}


def test_an_alias_that_leads_to_the_wanted_key_is_adopted(kms: Any, aliases: Any) -> None:
    key = by_hand(kms, "door")
    assert aliases.create(ALIAS, AliasArgs(name="door", key_id=key)) == "door"


def test_an_alias_that_leads_to_another_key_is_refused(kms: Any, aliases: Any) -> None:
    key, wanted = by_hand(kms, "door", sixfold_urn=URN), by_hand(kms)
    with pytest.raises(ProviderError, match=f"door exists already and leads to the key {key}, not to {wanted}"):
        aliases.create(ALIAS, AliasArgs(name="door", key_id=wanted))


def test_an_alias_that_a_key_has_for_its_own_is_refused(kms: Any, keys: Any, aliases: Any) -> None:
    key = ours(keys, "lake")
    with pytest.raises(ProviderError, match=f"the alias lake is the own one of the key {key}"):
        aliases.create(ALIAS, AliasArgs(name="lake", key_id=key))
    assert names(kms, key) == {"lake"}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_alias_is_taken_from_a_dying_key_of_the_same_stack_alone(kms: Any, aliases: Any, stack: str) -> None:
    key, wanted = by_hand(kms, "door", sixfold_urn=URN.replace("dev", stack)), by_hand(kms)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    args = AliasArgs(name="door", key_id=wanted)
    if stack == "dev":
        aliases.update(ALIAS, aliases.create(ALIAS, args), args)
    else:
        with pytest.raises(ProviderError, match="exists already"):
            aliases.create(ALIAS, args)
    assert aliases.read("door").args.key_id == (wanted if stack == "dev" else key)


def test_the_arn_of_a_key_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(ProviderError, match=r"key_id: .* not its ARN"):
        AliasArgs(key_id="arn:aws:kms:eu-west-1:123456789012:key/1")
