"""Tables for people: what is served, the ledger, and the evaluations of the demo."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from delivery.served import describe
from sixfold.outputs import ServedVersion, StackOutputs, without_login
from sixfold.registry.ledger import Decision, Entry, Numbers
from sixfold.release import SHORT, Record

if TYPE_CHECKING:
    from delivery.consumers import Held
    from delivery.demo import Look
    from delivery.health.finding import Finding
    from delivery.remove import Removal
    from delivery.responsibility import Line
    from models.training.experiments import Run
    from sixfold.contract import Product

_KEY = 64
"""Digits of a content key."""
_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]?[/]"}


def products_table(outputs: StackOutputs, answering: Collection[str]) -> Table:
    """Return one row per API version: its place in its life, whether it is ready, its releases, and who may call.

    Args:
        outputs: those of the stack.
        answering: URLs of the API versions that answer now.

    """
    table = Table("product", "version", "status", "ready", "releases", "callers", box=None)
    for product in outputs.products:
        for version in product.api_versions:
            ready = "-" if version.retired else "[green]yes[/]" if version.url in answering else "[red]no[/]"
            callers = "anybody" if product.anonymous else "by key"
            table.add_row(product.name, version.version, version.status, ready, _releases(version), callers)
    return table


def predicts(outputs: StackOutputs) -> str:
    """Return the commands that ask each product for a prediction."""
    return (
        ", ".join(f"`sixfold predict {product.name}`" for product in outputs.products) or "name a product in its file"
    )


def health_table(findings: "Iterable[Finding]") -> Table:
    """Return one row per finding: whether all is well."""
    table = Table("", "part", "name", "says", box=None)
    for each in findings:
        table.add_row(_MARKS[each.well], each.area, escape(each.name), escape(each.says))
    return table


def remedies(findings: "Sequence[Finding]") -> Iterator[Text]:
    """Return one line per finding that is amiss, with what to type: a cell of a table would break it in two."""
    amiss = [each for each in findings if each.well is False]
    for each in amiss:
        if each.remedy:
            yield Text(f"→ {each.area} {each.name}: {each.remedy.replace('`', '')}", style="bold")
    if amiss:
        yield Text(f"{len(amiss)} of {len(findings)} amiss")


def releases_table(records: Iterable[Record], metric: str, live: Mapping[str, str]) -> Table:
    """Return one row per published release, the newest first; `live` has by digest which version it answers."""
    table = Table("release", "published (UTC)", metric, "answers", "made from", box=None)
    for each in records:
        value = f"{each.metrics[metric]:.4f}" if metric in each.metrics else "-"
        made = each.git_commit[:SHORT]
        table.add_row(each.short, f"{each.created:%Y-%m-%d %H:%M}", value, live.get(each.digest, "-"), made)
    return table


def endpoints_table(outputs: StackOutputs) -> Table:
    """Return one row per address for people and programs."""
    table = Table("look at", "where", box=None)
    for product in outputs.products:
        for version in product.api_versions:
            table.add_row(f"{product.name} {version.version}", version.url)
    for name, url in outputs.endpoints.model_dump().items():
        table.add_row(name, without_login(url) if url else "-")
    return table


def runs_table(runs: "Sequence[Run]") -> Table:
    """Return one row per training run: when, whose, how good, of how many trials and which commit."""
    table = Table("run", "at (UTC)", "by", runs[0].metric, "trials", "seconds", "commit", box=None)
    for run in runs:
        value = "-" if run.value is None else f"{run.value:.4f}"
        counts = (str(len(run.trials) or "-"), f"{run.seconds:.0f}", run.git_commit[:SHORT])
        table.add_row(run.id, f"{run.at:%Y-%m-%d %H:%M}", run.by, value, *counts)
    return table


def differences_table(one: "Run", other: "Run", differing: Mapping[str, tuple[object, object]]) -> Table:
    """Return one row per thing that differs between two runs."""
    table = Table("differs", one.id, other.id, box=None)
    for name, values in differing.items():
        table.add_row(name, *(_short(value) for value in values))
    return table


def _short(value: object) -> str:
    """Return a value for a cell; of a key its first digits."""
    text = "-" if value is None else str(value)
    return text[:SHORT] if len(text) == _KEY else text


def responsibility_table(lines: "Iterable[Line]") -> Table:
    """Return one row per piece of work, one column per role."""
    heads, rows = [""], []
    for line in lines:
        heads = ["work", *(name.replace("-", "-\n", 1) for name in line.parts)]
        rows.append((f"{line.work.domain}: {line.work.text}", *line.parts.values()))
    table = Table(*heads, box=None)
    for row in rows:
        table.add_row(*row)
    return table


def people_table(products: "Iterable[Product]") -> Table:
    """Return one row per product: its owner, who is on call, and its consumers."""
    table = Table("product", "owner", "on call", "consumers", box=None)
    for each in products:
        table.add_row(each.name, each.owner, each.on_call, ", ".join(consumer.name for consumer in each.consumers))
    return table


def consumers_table(held: "Iterable[Held]") -> Table:
    """Return one row per key, and one per consumer that has none."""
    table = Table("consumer", "key", "since (UTC)", "until (UTC)", box=None)
    for consumer, keys in held:
        for key in keys:
            until = f"{key.until:%Y-%m-%d %H:%M}" if key.until else "-"
            table.add_row(consumer, key.id, f"{key.since:%Y-%m-%d %H:%M}", until)
        if not keys:
            table.add_row(consumer, "none", "-", "-")
    return table


def ledger_lines(entries: Iterable[Entry]) -> Iterator[Text]:
    """Return two lines per entry, oldest first: releases that were live since, and the decision behind them."""
    yield Text(f" no  {'since (UTC)':19}  live")
    for entry in entries:
        decision = entry.decision
        verdict = f"{decision.verdict} {entry.withdrawn[:SHORT]}" if entry.withdrawn else decision.verdict
        yield Text(f"{entry.number:3}  {entry.at:%Y-%m-%d %H:%M:%S}  {describe(entry.versions)}")
        yield Text(f"     {verdict}, by {decision.by}: {_reason(decision)}", style="dim")


def looks_table(looks: "Iterable[Look]") -> Table:
    """Return one row per evaluation of the demo's rollouts."""
    table = Table("replayed to (UTC)", "release", "share", "labels", "gain", "low", "high", "verdict", box=None)
    for look in looks:
        numbers = look.judgement.numbers
        gains = ("" if gain is None else f"{gain:+.4f}" for gain in (numbers.gain, numbers.gain_low, numbers.gain_high))
        when, labels = f"{look.at:%Y-%m-%d %H:%M}", f"{numbers.labelled or 0:,}"
        table.add_row(when, look.release[:SHORT], f"{look.weight}%", labels, *gains, look.judgement.verdict)
    return table


def removal_table(removal: "Removal") -> Table:
    """Return one row per thing that a removal deletes, then those that it keeps."""
    table = Table("", "kind", "what", box=None)
    for verb, kinds in (("[red]delete[/]", removal.deletes()), ("[green]keep[/]", removal.keeps())):
        for kind, names in kinds.items():
            for name in names:
                table.add_row(verb, kind, escape(name))
    return table


def _reason(decision: Decision) -> str:
    """Return the reason, and the numbers that weigh most; `--json` has them all."""
    numbers = decision.numbers
    if numbers == Numbers():
        return decision.reason
    counts = f"{numbers.labelled or 0:,} labels, {numbers.requests or 0:,} requests"
    if numbers.gain_low is None:
        return f"{decision.reason} ({counts})"
    gain = f"gain {numbers.gain:+.4f}, {numbers.gain_low:+.4f} to {numbers.gain_high:+.4f}"
    return f"{decision.reason} ({gain}; {counts})"


def _releases(version: ServedVersion) -> str:
    pins = (f"{served.release[:SHORT]} {served.weight}%" for served in version.releases)
    return ", ".join(pins) or "none yet: sixfold publish"
