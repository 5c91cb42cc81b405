"""Changes which releases answer: the stack file first, then one `up`, then the ledger."""

import getpass
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from delivery.interface import read as read_interface
from delivery.interface import require_kept
from delivery.lifecycle import keep_features
from delivery.live_stack import LiveStack
from delivery.reporter import Reporter
from delivery.served import describe, live_release, pins
from sixfold.compatibility import Interface
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import ROLL_BACK, ended, may_come_back, require_open, withdrawn
from sixfold.registry.ledger import Decision, Entry, Ledger, Versions
from sixfold.registry.releases import Registry
from sixfold.release import SHORT
from sixfold.stack import pin

UNKNOWN = "unknown"
FOUND = Decision(by=UNKNOWN, verdict="release", reason="found live: the stack file was applied by hand")


@dataclass(frozen=True)
class Traffic:
    """The traffic of a stack that is up, with its registry and ledger."""

    stack: LiveStack
    registry: Registry
    ledger: Ledger
    report: Reporter

    @classmethod
    def of(cls, stack: LiveStack, report: Reporter) -> "Traffic":
        """Return the traffic of a stack, with the registry and ledger in its own buckets.

        Raises:
            SixfoldError: the stack has never been up.

        """
        home = stack.project.home
        return cls(stack, Registry(stack.platform, home), Ledger(stack.platform, home), report)

    def now(self, product: str) -> Versions:
        """Return the releases that answer each API version of a product, by the stack's last apply."""
        return pins(self.stack.outputs, product)

    def change(self, product: str, versions: Versions, decision: Decision) -> Entry:
        """Let these releases answer, and return the ledger's entry; API versions that are not named stay as they are.

        Raises:
            SixfoldError: a release was withdrawn, or breaks the version, or the engine stopped; the live releases go on
                answering, the ledger has no entry, and the stack file is as before, unless this goes back.

        """
        if decision.verdict == ROLL_BACK:
            self._require_open(product, versions)
        else:
            self.require_allowed(product, versions)
        if self.now(product):
            self.record_what_is_live(product)  # a change by hand must not be lost from the ledger
        before = self.stack.file.read_bytes()
        for version, releases in versions.items():
            pin(self.stack.file, product, version, list(releases))
        try:
            self.stack.apply()
        except SixfoldError:
            if decision.verdict != ROLL_BACK:  # the next `up` finishes one that could not be finished now
                self.stack.file.write_bytes(before)
                self.report.say(f"{self.stack.file.name} is as it was before: `sixfold up` goes back to it")
            raise
        return self.record_what_is_live(product, decision)

    def require_allowed(self, product: str, versions: Versions) -> None:
        """Do nothing where these releases may answer.

        Raises:
            SixfoldError: one was withdrawn, or breaks the version.

        """
        self._require_open(product, versions)
        self._require_compatible(product, versions)

    def catch_up(self) -> None:
        """Bring back ledger entries that the bucket lacks, and record releases that became live without a command."""
        for served in self.stack.outputs.products:
            # a product whose only version has ended answers nothing any more, and the ledger must say so
            if self.now(served.name) or any(version.retired for version in served.api_versions):
                self.ledger.restore(served.name)
                self.record_what_is_live(served.name)

    def before(self, product: Product, to: datetime | None = None) -> Entry:
        """Return the entry that a rollback goes to: that of a moment; without one, the last that was live before.

        After a rollback, that is the one before the entry which it brought back: twice goes back twice.

        Args:
            product: its contract.
            to: the moment.

        Raises:
            SixfoldError: nothing was live then, or nothing else ever was that neither a rollout's verdict has ended nor
                somebody has withdrawn; or no release of that digest is in the registry.

        """
        wanted = self.ledger.live_at(product.name, to) if to else self._before(product.name)
        if not wanted.versions:
            raise SixfoldError(
                f"nothing of {product.name} was live then: entry {wanted.number} says that it was removed",
                remedy=f"`sixfold ledger {product.name}` shows what was live when",
            )
        self._require_may_return(product.name, wanted)
        return wanted

    def roll_back(self, product: Product, by: str, wanted: Entry) -> Entry:
        """Bring back the releases of an entry that `before` returned, and return it.

        Releases and weights come back with one `up`; the feature definitions are those of the release that comes back.
        """
        self.report.say(
            f"back to entry {wanted.number} of {wanted.at:%Y-%m-%d %H:%M:%S} UTC: {describe(wanted.versions)}"
        )
        decision = Decision(by=by, verdict=ROLL_BACK, reason=f"back to entry {wanted.number}")
        self.change(product.name, wanted.versions, decision)
        self.keep_features(product)
        return wanted

    def withdraw(self, product: str, digest: str, decision: Decision) -> Entry:
        """Close a release for good: no command lets it answer again. Return the ledger's entry.

        Raises:
            SixfoldError: it answers now.

        """
        if any(pin.release == digest for pins_now in self.now(product).values() for pin in pins_now):
            raise SixfoldError(
                f"release {digest[:SHORT]} of {product} answers now, and is not withdrawn",
                remedy=f"take it back first: `sixfold rollback {product}`, or `sixfold release` with another",
            )
        return self.ledger.withdraw(product, digest, decision)

    def keep_features(self, product: Product) -> None:
        """Bring the features in step with the lake, by the definitions of the live release."""
        keep_features(self.stack.outputs, self.registry, product, self.report)

    def record_what_is_live(self, product: str, decision: Decision = FOUND) -> Entry:
        """Add an entry for the live releases to the ledger, unless its last entry says the same; return that entry."""
        known = {record.digest: record.feature_hash for record in self.registry.records(product)}
        live = live_release(self.stack.outputs, product)
        features = known.get(live or "", UNKNOWN)  # a release that was pinned by hand may be in no registry
        return self.ledger.record(product, self.now(product), features, decision)

    def _require_open(self, product: str, versions: Versions) -> None:
        wanted = {each.release for releases in versions.values() for each in releases}
        require_open(product, wanted, self.ledger.withdrawn(product))

    def _require_compatible(self, product: str, versions: Versions) -> None:
        contract, now = self.stack.project.product(product), self.now(product)
        for version, releases in versions.items():
            live = {each.release for each in now.get(version, ())}
            known = [self._interface(product, digest) for digest in live]
            for digest in {each.release for each in releases} - live:
                new = self._interface(product, digest)
                for each in known:
                    require_kept(contract, version, each, new, digest)

    def _interface(self, product: str, digest: str) -> Interface | None:
        bento = self.registry.find(product, digest)
        return read_interface(bento / "src") if bento else None

    def _before(self, product: str) -> Entry:
        live, entries = self.now(product), self.ledger.entries(product)
        brought_back = _brought_back(entries, live)
        others = [each for each in may_come_back(entries, live) if each.number < brought_back]
        if not others:
            closed = withdrawn(entries).keys() | ended(entries).keys()
            passed = ", ".join(digest[:SHORT] for digest in sorted(closed))
            beside = f"; passed over, because a verdict or a person ended them: {passed}" if passed else ""
            raise SixfoldError(
                f"no release of {product} was live before {describe(live) or 'none'}{beside}",
                remedy=f"`sixfold ledger {product}` shows what was live when",
            )
        return others[-1]

    def _require_may_return(self, product: str, wanted: Entry) -> None:
        entries = self.ledger.entries(product)
        require_open(product, wanted.releases, withdrawn(entries))
        for digest in sorted(wanted.releases & ended(entries).keys()):
            raise SixfoldError(
                f"entry {wanted.number} has release {digest[:SHORT]}, which a rollout took back since",
                remedy=f"`sixfold ledger {product}` says why; name another moment with --to, or release it anew",
            )
        for digest in wanted.releases:
            self.registry.resolve(product, digest)


def _brought_back(entries: Sequence[Entry], live: Versions) -> int:
    """Return the number of the entry whose releases are live again, else one more than the last: after a rollback.

    That entry is where the next rollback starts: what the rollback before has left is not behind, but ahead.
    """
    changes = [entry for entry in entries if not entry.withdrawn]
    if not changes or changes[-1].decision.verdict != ROLL_BACK:
        return len(entries) + 1
    own = [each.number for each in changes if each.versions == live and each.decision.verdict != ROLL_BACK]
    return max(own, default=changes[-1].number)


def me() -> str:
    """Return the name of the user that runs this command; the number of one without a name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
