"""Keyrings in Secrets Manager, on moto."""

from datetime import UTC, datetime

import boto3
import pytest

from sixfold import keyring
from sixfold.errors import SixfoldError
from sixfold.keyring import Keyring
from sixfold.outputs import PlatformRefs
from sixfold.registry.keyrings import Keyrings

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def rings(platform: PlatformRefs) -> Keyrings:
    """Return the keyrings of a platform whose product has one, as the program makes it."""
    secrets = boto3.client("secretsmanager", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    secrets.create_secret(Name=platform.keyring("flights"), SecretString='{"signing": "' + "a" * 64 + '"}')
    return Keyrings(platform)


def test_a_ring_begins_with_what_signs_and_keeps_the_hash_of_a_key(rings: Keyrings) -> None:
    assert rings.read("flights") == Keyring(signing="a" * 64)
    key = rings.change("flights", lambda ring: keyring.add(ring, "rebooking", NOW))
    assert rings.read("flights").consumer_of(key, NOW) == "rebooking"


def test_of_two_changes_at_the_same_time_one_is_made_and_the_other_is_told(rings: Keyrings) -> None:
    def overtaken(ring: Keyring) -> tuple[Keyring, str]:
        rings.change("flights", lambda own: keyring.add(own, "gate-planning", NOW))
        return keyring.add(ring, "rebooking", NOW)

    with pytest.raises(SixfoldError, match=r"(?s)somebody else at the same time.*try again"):
        rings.change("flights", overtaken)
    assert rings.read("flights").consumers.keys() == {"gate-planning"}
    rings.change("flights", lambda ring: keyring.add(ring, "rebooking", NOW))
    assert rings.read("flights").consumers.keys() == {"gate-planning", "rebooking"}


def test_a_ring_can_be_changed_more_often_than_a_secret_has_labels(rings: Keyrings) -> None:
    for _ in range(25):
        rings.change("flights", lambda ring: (keyring.resign(ring), ""))
    assert len(rings.read("flights").signers) == 5


def test_a_missing_ring_and_an_aws_that_is_away_are_told_apart(rings: Keyrings, platform: PlatformRefs) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)no keyring.*sixfold up"):
        rings.read("another")
    away = Keyrings(platform.model_copy(update={"aws_endpoint": "http://127.0.0.1:9"}))
    with pytest.raises(SixfoldError, match="cannot reach"):
        away.read("flights")


def test_a_damaged_ring_is_refused_without_what_is_in_it(rings: Keyrings, platform: PlatformRefs) -> None:
    secrets = boto3.client("secretsmanager", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    secrets.put_secret_value(SecretId=platform.keyring("flights"), SecretString='{"signing": "almost-secret"}')
    with pytest.raises(SixfoldError, match=r"(?s)damaged.*earlier version") as refused:
        rings.read("flights")
    assert "almost-secret" not in str(refused.value)
