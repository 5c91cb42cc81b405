"""Keys of consumers: shown once, two valid at a time, and nobody's once they end."""

from datetime import UTC, datetime, timedelta
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sixfold import keyring
from sixfold.errors import SixfoldError
from sixfold.keyring import Keyring

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def test_a_key_opens_for_its_consumer_and_the_ring_has_only_its_hash() -> None:
    ring, key = keyring.add(keyring.new(), "rebooking", NOW)
    assert ring.consumer_of(key, NOW) == "rebooking"
    assert key not in ring.model_dump_json()
    assert Keyring.model_validate_json(ring.model_dump_json()).consumer_of(key, NOW) == "rebooking"


def test_a_rotated_key_goes_on_until_the_overlap_ends_and_the_one_before_it_ends_at_once() -> None:
    ring, first = keyring.add(keyring.new(), "rebooking", NOW)
    ring, second = keyring.rotate(ring, "rebooking", NOW, WEEK)
    assert [ring.consumer_of(key, NOW + WEEK / 2) for key in (first, second)] == ["rebooking"] * 2
    assert ring.consumer_of(first, NOW + WEEK) is None
    ring, third = keyring.rotate(ring, "rebooking", NOW + timedelta(days=1), WEEK)
    assert [ring.consumer_of(key, NOW + timedelta(days=1)) is not None for key in (first, second, third)] == [
        False, True, True
    ]  # fmt: skip
    assert len(ring.keys_of("rebooking", NOW)) == 2


def test_a_rotation_never_makes_an_old_key_live_longer() -> None:
    ring, first = keyring.add(keyring.new(), "rebooking", NOW)
    ring, second = keyring.rotate(ring, "rebooking", NOW, WEEK)
    ring = keyring.revoke(ring, "rebooking", NOW, ring.keys_of("rebooking", NOW)[1].id)
    ring, _ = keyring.rotate(ring, "rebooking", NOW + timedelta(days=6), WEEK)
    assert ring.consumer_of(first, NOW + WEEK) is None
    assert ring.consumer_of(second, NOW) is None


def test_a_revoked_consumer_has_no_key_and_others_keep_theirs() -> None:
    ring, one = keyring.add(keyring.new(), "rebooking", NOW)
    ring, other = keyring.add(ring, "gate-planning", NOW)
    ring = keyring.revoke(ring, "rebooking", NOW)
    assert (ring.consumer_of(one, NOW), ring.consumer_of(other, NOW)) == (None, "gate-planning")


def test_what_cannot_be_done_to_a_ring_says_what_to_do_instead() -> None:
    ring, _ = keyring.add(keyring.new(), "rebooking", NOW)
    with pytest.raises(SixfoldError, match="rotate it"):
        keyring.add(ring, "rebooking", NOW)
    with pytest.raises(SixfoldError, match="add one"):
        keyring.rotate(ring, "gate-planning", NOW, WEEK)
    with pytest.raises(SixfoldError, match=ring.keys_of("rebooking", NOW)[0].id):
        keyring.revoke(ring, "rebooking", NOW, "0" * 12)


@given(st.text(printable) | st.from_regex(r"\Asixfold_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\Z"), st.integers(0, 200))
def test_no_other_text_is_a_key(text: str, place: int) -> None:
    ring, key = keyring.add(keyring.new(), "rebooking", NOW)
    changed = key[: place % len(key)] + text[:1] + key[place % len(key) + 1 :]
    assert ring.consumer_of(text, NOW) is None
    assert changed == key or ring.consumer_of(changed, NOW) is None


def test_a_new_signing_secret_leaves_the_four_before_it_and_all_keys() -> None:
    ring, key = keyring.add(keyring.new(), "rebooking", NOW)
    signed = [ring.signing]
    for _ in range(6):
        ring = keyring.resign(ring)
        signed.append(ring.signing)
    assert [each.hex() for each in ring.signers] == signed[:1:-1]
    assert ring.consumer_of(key, NOW) == "rebooking"


def test_a_damaged_ring_is_refused() -> None:
    with pytest.raises(ValidationError, match="signing"):
        Keyring.model_validate_json('{"signing": "short"}')
