"""Signatures: what a ring signed is recognised, for whom and for what it was signed, and nothing else is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from sixfold import keyring
from sixfold.signatures import bearer_of, copied_from, is_issued, new_pass, prediction_ids, sign_copy

RING = keyring.new()
SIGNER = RING.signers[0]
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
NAMES = st.from_regex(r"\A[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?\Z")


@given(NAMES, NAMES)
def test_a_prediction_id_is_issued_to_one_consumer(name: str, other: str) -> None:
    given_id = UUID(prediction_ids(SIGNER, name)())
    assert given_id.version == 8
    assert is_issued(RING.signers, given_id.bytes, name)
    assert is_issued(RING.signers, given_id.bytes, other) == (name == other)
    assert not is_issued(keyring.new().signers, given_id.bytes, name)


def test_no_guessed_id_and_no_changed_one_is_issued() -> None:
    own = UUID(prediction_ids(SIGNER, "rebooking")()).bytes
    flipped = [(int.from_bytes(own) ^ 1 << bit).to_bytes(16) for bit in range(128)]
    guessed = [uuid4().bytes for _ in range(2_000)]
    assert not [each for each in [*flipped, *guessed] if is_issued(RING.signers, each, "rebooking")]


def test_ids_are_as_different_as_their_random_bits() -> None:
    assert len({prediction_ids(SIGNER, "rebooking")() for _ in range(20_000)}) == 20_000


def test_an_id_is_recognised_after_the_secret_was_changed() -> None:
    given_id = UUID(prediction_ids(SIGNER, "rebooking")()).bytes
    assert is_issued(keyring.resign(RING).signers, given_id, "rebooking")


@given(NAMES)
def test_a_pass_is_one_consumers_until_it_ends(name: str) -> None:
    text = new_pass(SIGNER, name, NOW)
    assert bearer_of(RING.signers, text, NOW - timedelta(seconds=1)) == name
    assert bearer_of(RING.signers, text, NOW) is None


@given(st.text() | st.from_regex(r"\Asixfold-pass_[a-z-]*_[0-9]*_[0-9a-f]*(_.*)?\Z"))
def test_no_other_text_is_a_pass(text: str) -> None:
    assert bearer_of(RING.signers, text, NOW) is None


def test_a_pass_cannot_be_made_longer_or_somebody_elses() -> None:
    kind, name, until, mac = new_pass(SIGNER, "rebooking", NOW).split("_")
    for parts in ((kind, "gate-planning", until, mac), (kind, name, f"{until}0", mac), (kind, "", name + until, mac)):
        assert bearer_of(RING.signers, "_".join(parts), NOW - timedelta(hours=1)) is None


@given(st.binary(), st.binary(), st.text())
def test_a_copy_is_of_one_body(body: bytes, other: bytes, text: str) -> None:
    header = sign_copy(SIGNER, "rebooking", NOW.isoformat(), body)
    assert copied_from(RING.signers, header, body) == (NOW.isoformat(), "rebooking")
    assert (copied_from(RING.signers, header, other) is None) == (body != other)
    assert copied_from(RING.signers, text, body) is None


def test_a_signature_of_one_kind_is_none_of_another() -> None:
    pass_mac = new_pass(SIGNER, "rebooking", NOW).split("_")[3]
    assert copied_from(RING.signers, f"{NOW.isoformat()} rebooking {pass_mac}", b"") is None
