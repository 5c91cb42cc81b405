"""The release ledger: the live releases over time, with the decision behind each change. Entries are only ever added.

Bucket: `ledger/<stack>/<product>/<number>.json`, each written once. The copy in `<home>/ledger/` has the same names,
and outlives a local AWS that forgets.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, ValidationError, model_validator

from sixfold.contract import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.moments import Moment
from sixfold.outputs import PlatformRefs
from sixfold.registry.bucket import Bucket
from sixfold.stack import Pin

Versions = dict[str, tuple[Pin, ...]]


class Compared(Strict):
    """The product's metric of two releases on the same requests; None where there were no labels for it."""

    name: str
    candidate: FiniteFloat | None = None
    live: FiniteFloat | None = None


class Numbers(Strict):
    """The evidence of a decision. A number that was not finite, or not measured, is None and is left out of the JSON.

    `gain` says by how much the candidate is better, whatever the metric's direction, between its bounds. `labelled`
    requests have their label; `requests`, `failed` and `slow` count those of the candidate since the step began.
    """

    metric: Compared | None = None
    gain: FiniteFloat | None = None
    gain_low: FiniteFloat | None = None
    gain_high: FiniteFloat | None = None
    labelled: int | None = None
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

    `feature_hash` is that of the release which answers most of the newest API version.
    """

    number: Annotated[int, Field(ge=1)]
    at: Moment
    product: Slug
    versions: Versions
    feature_hash: str
    decision: Decision


class Ledger:
    """The ledger of one stack.

    Args:
        platform: which stack and bucket.
        home: the stack's folder on this machine.

    """

    def __init__(self, platform: PlatformRefs, home: Path) -> None:
        self._bucket = Bucket(platform)
        self._home = home
        self._prefix = f"ledger/{platform.stack}"

    def entries(self, product: str) -> list[Entry]:
        """Return all entries of a product, oldest first.

        Raises:
            SixfoldError: one was changed after it was written.

        """
        names = {*self._bucket.keys(f"{self._prefix}/{product}/", self._about(product)), *self._copied(product)}
        return [self._read(name, product) for name in sorted(names)]

    def live_at(self, product: str, moment: datetime) -> Entry:
        """Return the entry that was in force at a moment.

        Raises:
            SixfoldError: nothing was live yet.

        """
        before = [entry for entry in self.entries(product) if entry.at <= moment]
        if not before:
            raise SixfoldError(
                f"the ledger of {product} has nothing at or before {moment:%Y-%m-%d %H:%M:%S}",
                remedy=f"`sixfold ledger {product}` shows what was live when",
            )
        return before[-1]

    def record(self, product: str, versions: Versions, feature_hash: str, decision: Decision) -> Entry:
        """Return the entry of the live releases; it is added unless the last entry is the same."""
        known = self.entries(product)
        if known and (known[-1].versions, known[-1].feature_hash) == (versions, feature_hash):
            return known[-1]
        number = known[-1].number + 1 if known else 1
        while True:
            entry = Entry(
                number=number,
                at=datetime.now(UTC),
                product=product,
                versions=versions,
                feature_hash=feature_hash,
                decision=decision,
            )
            if self._write(entry):
                return entry
            number += 1  # another person was faster: theirs came first

    def restore(self, product: str) -> int:
        """Make the bucket and the copy hold the same entries, and return how many the bucket lacked."""
        there = set(self._bucket.keys(f"{self._prefix}/{product}/", self._about(product)))
        lacking = sorted(set(self._copied(product)) - there)
        for name in lacking:
            self._bucket.write_once(name, self._body(name, product)[1], self._about(product))
        for name in sorted(there):
            self._keep(name, self._body(name, product)[1])
        return len(lacking)

    def _write(self, entry: Entry) -> bool:
        body = entry.model_dump_json(indent=2, exclude_none=True).encode()
        written = self._bucket.write_once(self._name(entry), body, self._about(entry.product))
        if written:
            self._keep(self._name(entry), body)
        return written

    def _keep(self, name: str, body: bytes) -> None:
        path = self._home / name
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(body)
        part.replace(path)

    def _read(self, name: str, product: str) -> Entry:
        return self._body(name, product)[0]

    def _body(self, name: str, product: str) -> tuple[Entry, bytes]:
        """Return an entry and its bytes. They are copied as they are: an older version of us may have written them."""
        copy = self._home / name
        bodies = [self._bucket.read(name, self._about(product)), copy.read_bytes() if copy.exists() else None]
        found = {body for body in bodies if body is not None}
        try:
            (body,) = found
            entry = Entry.model_validate_json(body)
        except (ValidationError, ValueError) as error:
            raise SixfoldError(
                f"{name} is not the ledger entry that was written: the bucket and {copy} differ, or it cannot be read",
                remedy="it was changed by hand: bring back the first version of the object, or of the file",
            ) from error
        return entry, body

    def _copied(self, product: str) -> list[str]:
        folder = self._home / self._prefix / product
        return [f"{self._prefix}/{product}/{path.name}" for path in folder.glob("*.json")]

    def _name(self, entry: Entry) -> str:
        return f"{self._prefix}/{entry.product}/{entry.number:06}.json"

    def _about(self, product: str) -> str:
        return f"the ledger of {product}"
