"""Changes what is live: the stack file, then one `up`, then the ledger."""

import getpass
from collections.abc import Iterable
from datetime import datetime

from rich.table import Table

from delivery import lifecycle as model
from delivery.reporter import say
from delivery.workspace import Workspace
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision, Entry, Versions
from sixfold.release import SHORT
from sixfold.stack import Pin, pin

UNKNOWN = "unknown"
FOUND = Decision(by=UNKNOWN, verdict="release", reason="found live: the stack file was applied by hand")


def change(work: Workspace, product: str, versions: Versions, decision: Decision) -> Entry:
    """Let these releases answer, and return the ledger's entry; API versions that are not named stay as they are.

    Raises:
        SixfoldError: the engine stopped; what was live goes on answering, and the ledger has no entry.

    """
    if now(work, product):
        _record(work, product, FOUND)  # what was changed by hand must not be lost from the ledger
    for version, pins in versions.items():
        pin(work.stack_file, product, version, list(pins))
    work.engine.up()
    work.forget()
    return _record(work, product, decision)


def catch_up(work: Workspace) -> None:
    """Bring back ledger entries that the bucket lacks, and note what became live without a command of ours."""
    for product in (served.name for served in work.environment.products if now(work, served.name)):
        work.ledger.restore(product)
        _record(work, product, FOUND)


def roll_back(work: Workspace, product: str, to: datetime | None = None) -> Entry:
    """Bring back what was live at a moment, without one what was live last and is not live now; return that entry.

    Releases and weights come back with one `up`; the feature definitions are those of the release that comes back.

    Raises:
        SixfoldError: nothing was live then, or nothing else ever was.

    """
    wanted = work.ledger.live_at(product, to) if to else _before(work, product)
    say(f"back to entry {wanted.number} of {wanted.at:%Y-%m-%d %H:%M:%S} UTC: {describe(wanted.versions)}")
    reason = f"back to entry {wanted.number}"
    change(work, product, wanted.versions, Decision(by=me(), verdict="roll back", reason=reason))
    model.keep_features(work, product)
    return wanted


def now(work: Workspace, product: str) -> Versions:
    """Return the releases that answer each API version of a product, as the stack's output has them."""
    served = (version for each in work.environment.products if each.name == product for version in each.api_versions)
    return {
        version.version: tuple(Pin(release=release.release, weight=release.weight) for release in version.releases)
        for version in served
        if version.releases
    }


def entry(work: Workspace, product: str) -> Entry:
    """Return the ledger's entry of what is live; what somebody applied by hand gets one."""
    return _record(work, product, FOUND)


def me() -> str:
    """Return who runs this command, as the machine knows them."""
    return getpass.getuser()


def describe(versions: Versions) -> str:
    """Return releases and weights as people read them."""
    return "; ".join(
        f"{version} " + ", ".join(f"{each.release[:SHORT]} {each.weight}%" for each in pins)
        for version, pins in versions.items()
    )


def table(entries: Iterable[Entry]) -> Table:
    """Return one row per entry, oldest first."""
    rows = Table("no", "since (UTC)", "live", "verdict", "by", "because", box=None)
    for entry in entries:
        decided = entry.decision
        because = f"{decided.reason} ({_evidence(decided)})" if decided.numbers else decided.reason
        since, live = f"{entry.at:%Y-%m-%d %H:%M:%S}", describe(entry.versions)
        rows.add_row(str(entry.number), since, live, decided.verdict, decided.by, because)
    return rows


def _evidence(decision: Decision) -> str:
    """Return the numbers that weigh most; `--json` has them all."""
    numbers = decision.numbers
    asked = f"{numbers.get('labelled', 0):,.0f} labels, {numbers.get('requests', 0):,.0f} requests"
    if "gain_low" not in numbers:
        return asked
    return f"gain {numbers['gain']:+.4f}, {numbers['gain_low']:+.4f} to {numbers['gain_high']:+.4f}; {asked}"


def _record(work: Workspace, product: str, decision: Decision) -> Entry:
    versions = now(work, product)
    known = {record.digest: record.feature_hash for record in work.registry.records(product)}
    features = known.get(
        model.live_release(work, product) or "", UNKNOWN
    )  # what was pinned by hand may be in no registry
    return work.ledger.record(product, versions, features, decision)


def _before(work: Workspace, product: str) -> Entry:
    live = now(work, product)
    others = [entry for entry in work.ledger.entries(product) if entry.versions != live]
    if not others:
        raise SixfoldError(
            f"nothing but {describe(live) or 'nothing'} was ever live of {product}",
            remedy=f"`sixfold ledger {product}` shows what was live when",
        )
    return others[-1]
