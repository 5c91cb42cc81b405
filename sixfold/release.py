"""What is known of a release, and the copy of releases on this machine."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, FiniteFloat, ValidationError

from sixfold.contract import Slug, Strict
from sixfold.registry.archive import tree_digest

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SHORT = 12


class Record(Strict):
    """Where a release comes from. `snapshots` are table → Iceberg snapshot id; `metrics` those of its evaluation."""

    product: Slug
    digest: Digest
    created: AwareDatetime
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
        """Return whether both describe one release; the day of publishing again does not count."""
        return self.model_copy(update={"created": other.created}) == other


class ReleaseCopy:
    """Unpacked releases on this machine: `<home>/releases/<digest>/` with `bento/` and `record.json`."""

    def __init__(self, home: Path) -> None:
        self.root = home / "releases"

    def bento(self, digest: str) -> Path:
        """Return where the bento of a release lies, or would."""
        return self.root / digest / "bento"

    def records(self) -> list[Record]:
        """Return every release here, damaged ones included."""
        found = (self.record(path.parent.name) for path in sorted(self.root.glob("*/record.json")))
        return [record for record in found if record]

    def record(self, digest: str) -> Record | None:
        """Return the record of a release, or None where it is missing or not that release's."""
        try:
            record = Record.model_validate_json((self.root / digest / "record.json").read_bytes())
        except (OSError, ValidationError):
            return None
        return record if record.digest == digest else None

    def intact(self, product: str, digest: str) -> bool:
        """Return whether the release is here, is this product's, and every file is as published."""
        record = self.record(digest)
        if record is None or record.product != product:
            return False
        try:
            return tree_digest(self.bento(digest)) == digest
        except (OSError, ValueError):
            return False

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Yield a directory of one's own beside the releases: moving it to its place is one step."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=".incoming-") as name:
            yield Path(name)

    def keep(self, record: Record, incoming: Path) -> None:
        """Move `incoming/bento` to its place, unless an intact copy is there already, perhaps another process's."""
        whole, place = incoming / "release", self.root / record.digest
        whole.mkdir()
        (incoming / "bento").rename(whole / "bento")
        (whole / "record.json").write_text(record.model_dump_json(indent=2))
        if place.exists() and not self.intact(record.product, record.digest):
            shutil.move(place, incoming / "damaged")
        try:
            whole.rename(place)
        except OSError:  # the name is taken: somebody was faster, with the same bytes
            if not self.intact(record.product, record.digest):
                raise
