"""Changes what is live: the stack file, then one `up`, then the ledger."""

import getpass
from collections.abc import Iterable

from rich.table import Table

from sixfold.cli.workspace import Workspace
from sixfold.ledger import Decision, Entry, Versions
from sixfold.release import SHORT
from sixfold.stack import Pin, pin


def change(work: Workspace, product: str, versions: Versions, decision: Decision) -> Entry:
    """Let these releases answer, and return the ledger's entry; API versions that are not named stay as they are.

    Raises:
        SixfoldError: the engine stopped; what was live goes on answering, and the ledger has no entry.

    """
    for version, pins in versions.items():
        pin(work.stack_file, product, version, list(pins))
    work.engine.up()
    work.forget()
    return _record(work, product, decision)


def catch_up(work: Workspace) -> None:
    """Bring back ledger entries that the bucket lacks, and note what became live without a command of ours."""
    for product in (served.name for served in work.environment.products if now(work, served.name)):
        work.ledger.restore(product)
        _record(work, product, Decision(by=me(), verdict="release", reason="found live: the stack file was applied"))


def now(work: Workspace, product: str) -> Versions:
    """Return the releases that answer each API version of a product, as the stack's output has them."""
    served = (version for each in work.environment.products if each.name == product for version in each.api_versions)
    return {
        version.version: tuple(Pin(release=release.release, weight=release.weight) for release in version.releases)
        for version in served
        if version.releases
    }


def me() -> str:
    """Return who runs this command, as the machine knows them."""
    return getpass.getuser()


def table(entries: Iterable[Entry]) -> Table:
    """Return one row per entry, oldest first."""
    rows = Table("no", "since (UTC)", "live", "verdict", "by", "because", box=None)
    for entry in entries:
        live = "; ".join(f"{version} {_pins(pins)}" for version, pins in entry.versions.items())
        decided = entry.decision
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in decided.numbers.items())
        because = f"{decided.reason} ({numbers})" if numbers else decided.reason
        rows.add_row(str(entry.number), f"{entry.at:%Y-%m-%d %H:%M:%S}", live, decided.verdict, decided.by, because)
    return rows


def _record(work: Workspace, product: str, decision: Decision) -> Entry:
    versions = now(work, product)
    newest = max(versions, key=lambda version: int(version.removeprefix("v")))
    heaviest = max(versions[newest], key=lambda each: each.weight).release
    known = {record.digest: record.feature_hash for record in work.registry.records(product)}
    return work.ledger.record(product, versions, known[heaviest], decision)


def _pins(pins: tuple[Pin, ...]) -> str:
    return ", ".join(f"{each.release[:SHORT]} {each.weight}%" for each in pins)
