"""The command that signs for what was there before it was signed."""

from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal, console, finish
from delivery.commands.context import AsJson, ProductName, StackName, Yes, contract_of, traffic_of
from sixfold.release import SHORT, Record

if TYPE_CHECKING:
    from delivery.traffic import Traffic

_REASON = "signed for the entries before, which were not signed"


def sign(
    product: ProductName,
    digest: Annotated[
        str | None, typer.Argument(metavar="[DIGEST]", help="Which release, by its first digits; none: the ledger.")
    ] = None,
    *,
    yes: Yes = False,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Sign a release, or the ledger, from before they were signed: it is shown, and you say whether it is as it was.

    It needs the rights of a publisher for a release, and those of a releaser for the ledger.
    """
    contract_of(product)
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    if digest is None:
        document, text = _sign_ledger(traffic, product, ask=not (yes or as_json))
    else:
        document, text = _sign_release(traffic, product, digest, ask=not (yes or as_json))
    finish(document, text, as_json=as_json)


def _sign_ledger(traffic: "Traffic", product: str, *, ask: bool) -> tuple[dict[str, object], str]:
    from delivery.commands.tables import ledger_lines
    from delivery.traffic import me
    from sixfold.registry.ledger import Decision

    if ask:
        console.print(*ledger_lines(traffic.ledger.as_it_lies(product)), sep="\n")
        typer.confirm("Are these all entries, as they were written?", abort=True)
    entry = traffic.ledger.vouch(product, Decision(by=me(), verdict="sign", reason=_REASON))
    text = f"Entry {entry.number} is signed, and speaks for those before it" if entry else "It is signed already"
    return {"product": product, "entry": entry.number if entry else None}, text


def _sign_release(traffic: "Traffic", product: str, digest: str, *, ask: bool) -> tuple[dict[str, object], str]:
    record = traffic.registry.unsigned(product, digest)
    if ask:
        console.print(_described(record))
        typer.confirm("Do you know that it was made so?", abort=True)
    traffic.registry.vouch(product, record.digest)
    return {"product": product, "digest": record.digest}, f"Release {record.short} is signed"


def _described(record: Record) -> str:
    metrics = ", ".join(f"{name} {value:.4f}" for name, value in sorted(record.metrics.items()))
    made = f"made on {record.created:%Y-%m-%d %H:%M} UTC of commit {record.git_commit[:SHORT]}"
    return f"release {record.digest} of {record.product}\n  {made}\n  {metrics}"
