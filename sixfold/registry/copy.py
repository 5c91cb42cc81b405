"""The copy of releases on this machine: it outlives a local AWS that forgets, and spares a download."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from sixfold.registry.archive import tree_digest
from sixfold.release import Record


class ReleaseCopy:
    """Unpacked releases on this machine: `<home>/releases/<digest>/` with `bento/` and `record.json`."""

    def __init__(self, home: Path) -> None:
        self.root = home / "releases"

    def bento(self, digest: str) -> Path:
        """Return the path of a release's bento, whether it exists or not."""
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
        """Return whether the copy has the release, the product is right, and every file is as published."""
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
        """Move `incoming/bento` to its place, unless an intact copy exists, perhaps written by another process."""
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
