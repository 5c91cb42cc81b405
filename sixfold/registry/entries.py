"""Entries of the release ledger, and what they say of a release: withdrawn, or ended by a verdict. Without I/O."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, ValidationError, model_validator

from sixfold.declared import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.moments import Moment
from sixfold.release import SHORT, Digest
from sixfold.stack import Pin

BY_ROLLOUT = "rollout"
ROLL_BACK = "roll back"
"""Verdict of a decision that takes releases back."""
Versions = dict[str, tuple[Pin, ...]]


class Compared(Strict):
    """The product's metric of two releases on the same requests; None where there were no labels for it."""

    name: str
    candidate: FiniteFloat | None = None
    live: FiniteFloat | None = None


class Numbers(Strict):
    """The evidence of a decision. A number that was not finite, or not measured, is None and is left out of the JSON.

    `gain` says by how much the candidate is better, whatever the metric's direction, between its bounds. `labelled`
    requests have their label; `left_out` are beyond the `label_share` of a consumer, and decide nothing. `requests`,
    `failed` and `slow` count those of the candidate since the step began.
    """

    metric: Compared | None = None
    gain: FiniteFloat | None = None
    gain_low: FiniteFloat | None = None
    gain_high: FiniteFloat | None = None
    labelled: int | None = None
    left_out: int | None = None
    requests: int | None = None
    failed: int | None = None
    slow: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_flat(cls, data: Any) -> Any:  # noqa: ANN401 - whatever is to be validated
        """Read entries of older versions: the metric was `<name>` and `live_<name>` among the other numbers."""
        if not isinstance(data, dict) or not (flat := sorted(data.keys() - cls.model_fields.keys())):
            return data
        name = flat[0].removeprefix("live_")
        if not {name, f"live_{name}"}.issuperset(flat):
            return data
        metric = {"name": name, "candidate": data.get(name), "live": data.get(f"live_{name}")}
        return {key: value for key, value in data.items() if key not in flat} | {"metric": metric}


class Decision(Strict):
    """The reason of a change. `by` is a person or a command; `numbers` are the evidence, empty if none was needed."""

    by: str
    verdict: str
    reason: str
    numbers: Numbers = Numbers()


class Entry(Strict):
    """Ledger entry: releases and weights of each API version, and the feature definitions, from a moment on.

    `feature_hash` is that of the release which answers most of the newest API version. `withdrawn` is a release that
    this entry closes for good; the releases that answer stay as they are. `before` is the hash of all entries before
    this one (`sixfold.registry.chain`); None in the first, and in entries from before they were signed.
    """

    number: Annotated[int, Field(ge=1)]
    at: Moment
    product: Slug
    versions: Versions
    feature_hash: str
    decision: Decision
    withdrawn: Digest | None = None
    before: Digest | None = None

    @property
    def releases(self) -> frozenset[str]:
        """The releases that answer, of all API versions."""
        return frozenset(pin.release for pins in self.versions.values() for pin in pins)


def withdrawn(entries: Iterable[Entry]) -> dict[str, Decision]:
    """Return the withdrawn releases, and the decision behind each."""
    return {entry.withdrawn: entry.decision for entry in entries if entry.withdrawn}


def ended(entries: Iterable[Entry]) -> dict[str, Decision]:
    """Return the releases that a rollout's verdict took back, until a person lets them answer again."""
    found: dict[str, Decision] = {}
    for before, entry in pairwise(entries):
        if (entry.decision.by, entry.decision.verdict) == (BY_ROLLOUT, ROLL_BACK):
            found |= dict.fromkeys(before.releases - entry.releases, entry.decision)
        for digest in entry.releases - before.releases:
            found.pop(digest, None)
    return found


def may_come_back(entries: Sequence[Entry], live: Versions) -> list[Entry]:
    """Return the entries to which a rollback may go, oldest first; the last is where the next one goes.

    Neither those with the releases that are `live`, nor those with one that a verdict or a person has ended.
    """
    closed = withdrawn(entries).keys() | ended(entries).keys()
    return [entry for entry in entries if entry.versions not in ({}, live) and not closed & entry.releases]


def require_open(product: str, releases: Iterable[str], closed: dict[str, Decision]) -> None:
    """Do nothing where none of the releases is withdrawn.

    Raises:
        SixfoldError: one is; the message has the reason.

    """
    for digest in sorted(set(releases) & closed.keys()):
        raise SixfoldError(
            f"release {digest[:SHORT]} of {product} was withdrawn by {closed[digest].by}: {closed[digest].reason}",
            remedy="it never answers again: publish another release, and pin that one in the stack file",
        )


def copied(home: Path, stack: str, product: str) -> list[Entry]:
    """Return the entries in this machine's copy of a ledger, without a request to AWS."""
    folder = home / "ledger" / stack / product
    return [_read(path) for path in sorted(folder.glob("*.json"), key=lambda path: int(path.stem))]


def _read(path: Path) -> Entry:
    try:
        return Entry.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SixfoldError(
            f"{path} is no ledger entry", remedy="bring back the first version of the file, or delete it: S3 has it too"
        ) from error
