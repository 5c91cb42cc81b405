"""Commands about the lake and the feature store of a product."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from delivery.commands.console import Terminal, console, finish, write_json
from delivery.commands.context import AsJson, ProductName, StackName, connect, contract_of, moment

commands = typer.Typer(no_args_is_help=True, help="The data lake and the feature store.")
_MOST_REASONS = 20


@commands.command()
def load(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Load a product's sources into the lake, and bring its features in step; the same again changes nothing."""
    from delivery.lifecycle import build_features, load_data

    contract = contract_of(product)
    live = connect(stack, terminal := Terminal(for_program=as_json))
    loaded = load_data(live.platform, contract, terminal)
    built = build_features(live.platform, contract, terminal)
    document = {"product": product, "stack": stack, "data_changed": loaded, "features_changed": built}
    finish(document, f"Next: `sixfold train {product}`", as_json=as_json)


@commands.command()
def quarantine(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """List why rows of the last load are in quarantine: by table, each reason with the number of its rows."""
    from models.loading import quarantined

    live = connect(stack, Terminal(for_program=as_json))
    found = quarantined(live.platform, contract_of(product))
    if as_json:
        write_json(found)
        return
    for table, reasons in found.items():
        console.print(f"[bold]{table}[/]: {sum(reasons.values()):,} rows")
        for reason, rows in list(reasons.items())[:_MOST_REASONS]:
            console.print(f"  {rows:>8,}  {escape(reason)}")
        if len(reasons) > _MOST_REASONS:
            console.print(f"            and {len(reasons) - _MOST_REASONS:,} other reasons: --json lists all")
    if not found:
        console.print("No row is in quarantine")


@commands.command()
def batches(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """List the files that arrived for a product's growing sources, and what became of the rows of each."""
    from models.batches import recorded
    from sixfold.product import load_code

    contract = contract_of(product)
    live = connect(stack, Terminal(for_program=as_json))
    growing = [source.name for source in load_code(contract).data.sources() if source.arrivals]
    found = {name: recorded(live.platform, contract.package, name).batches for name in growing}
    if as_json:
        write_json({name: [batch.model_dump(mode="json") for batch in each] for name, each in found.items()})
        return
    for name, each in found.items():
        console.print(f"[bold]{name}[/]: {len(each):,} files")
        for batch in each:
            console.print(f"  {batch.at:%Y-%m-%d %H:%M}  {escape(str(batch))}")
    if not growing:
        console.print(f"No source of {product} grows")


@commands.command()
def skew(
    product: ProductName,
    *,
    until: Annotated[
        datetime | None, typer.Option(parser=moment, metavar="MOMENT", help="End of the day; now if left out.")
    ] = None,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Recompute the features of a day of predictions from the lake, and list those that were served with other values.

    A row that was served without a value which the lake has counts as unanswered: the store was away or empty.
    """
    from monitoring.evaluation.skew import skew as recompute

    live = connect(stack, Terminal(for_program=as_json))
    found = recompute(live.platform, contract_of(product).name, until or datetime.now(UTC))
    if as_json:
        write_json([each.model_dump() for each in found])
        return
    for each in found:
        features = ", ".join(f"{name} {rows:,}" for name, rows in each.features.items())
        console.print(
            f"{each.api_version} {each.release}: {each.differing:,} of {each.rows:,} rows differ"
            f"{f' ({features})' if features else ''}, {each.unanswered:,} unanswered"
        )
    if not found:
        console.print("No prediction was made on that day")
