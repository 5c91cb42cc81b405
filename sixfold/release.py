"""The record of a release: where it comes from, and how good it was."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from sixfold.declared import Slug, Strict
from sixfold.moments import Moment

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SHORT = 12
STOP_WITHIN_S = 40
"""A release that is stopped has 20 s to finish its answers, and as long again to write its prediction log."""


class Changes(Strict):
    """Differences of a release to the one that was live when it was published."""

    since: Digest | None = None
    """That release; None where it is in no registry."""
    data: tuple[str, ...] = ()
    """Tables whose content is another."""
    features_added: tuple[str, ...] = ()
    features_removed: tuple[str, ...] = ()
    parameters: dict[str, tuple[str, str]] = Field(default_factory=dict)
    """By name, before and now."""
    metrics: dict[str, tuple[FiniteFloat, FiniteFloat]] = Field(default_factory=dict)
    """By name, before and now, each on the test months of its own training."""
    fixed: dict[str, str] = Field(default_factory=dict)
    """Regression cases that the live release failed, each with who reported it and as what; empty for nobody."""


class Record(Strict):
    """The origin of a release. `snapshots` are table → Iceberg snapshot id; `metrics` those of its evaluation.

    `changes` is None for the first release of a stack, and for those from before they were noted. `gate` has the rules
    of the gate that it passed when it was published, each a sentence with its figures; None for those from before.
    """

    product: Slug
    digest: Digest
    created: Moment
    git_commit: str
    lock_hash: str
    feature_hash: str
    training_key: str
    snapshots: dict[str, int]
    metrics: dict[str, FiniteFloat]
    changes: Changes | None = None
    gate: tuple[str, ...] | None = None

    @property
    def short(self) -> str:
        """The digest as people write it."""
        return self.digest[:SHORT]

    def says_the_same_as(self, other: "Record") -> bool:
        """Return whether both describe one release.

        The same data, code and lock give the same release on another day, at another commit, from another lake and
        after another live release, so these five may differ.
        """
        circumstances = ("created", "git_commit", "snapshots", "changes", "gate")
        return self.model_copy(update={name: getattr(other, name) for name in circumstances}) == other
