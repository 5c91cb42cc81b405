"""The record of a release: where it comes from, and how good it was."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from sixfold.contract import Slug, Strict
from sixfold.moments import Moment

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SHORT = 12
STOP_WITHIN_S = 40
"""A release that is stopped has 20 s to finish its answers, and as long again to write its prediction log."""


class Record(Strict):
    """The origin of a release. `snapshots` are table → Iceberg snapshot id; `metrics` those of its evaluation."""

    product: Slug
    digest: Digest
    created: Moment
    git_commit: str
    lock_hash: str
    feature_hash: str
    training_key: str
    snapshots: dict[str, int]
    metrics: dict[str, FiniteFloat]

    @property
    def short(self) -> str:
        """The digest as people write it."""
        return self.digest[:SHORT]

    def says_the_same_as(self, other: "Record") -> bool:
        """Return whether both describe one release.

        The same data, code and lock give the same release on another day, at another commit and from another lake, so
        these three may differ.
        """
        circumstances = ("created", "git_commit", "snapshots")
        return self.model_copy(update={name: getattr(other, name) for name in circumstances}) == other
