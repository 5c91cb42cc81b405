"""Commands about the reports of unexpected predictions that consumers sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal, console, finish, write_json
from delivery.commands.context import AsJson, ProductName, StackName, connect, contract_of

if TYPE_CHECKING:
    from monitoring.reports import Reports

commands = typer.Typer(help="Reports of consumers that a prediction was unexpected.", no_args_is_help=True)
ReportId = Annotated[str, typer.Argument(metavar="REPORT", help="Which report, by the first digits of its id.")]


@commands.command("list")
def list_(
    product: ProductName,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are triaged.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 100,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """List the open reports, the newest first, with the predictions that they are about."""
    from delivery.commands.reports_tables import reports_table

    found = _reports(product, stack, as_json=as_json).newest(limit, every=every)
    if as_json:
        write_json([report.document() for report in found])
    elif found:
        console.print(reports_table(found))
        console.print(f"Next: sixfold feedback show {product} {found[0].id[:8]}")
    else:
        console.print(f"{product} has no {'' if every else 'open '}report")


@commands.command()
def show(product: ProductName, report: ReportId, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Show a report with the logged prediction, its features and its labels."""
    from delivery.commands.reports_tables import report_table

    found = _reports(product, stack, as_json=as_json).get(report)
    if as_json:
        write_json(found.document())
    else:
        console.print(report_table(found))
        console.print(f"Next: sixfold feedback triage {product} {found.id[:8]} --label, --case or --close")


@commands.command()
def triage(  # noqa: PLR0913 - the options of a command
    product: ProductName,
    report: ReportId,
    *,
    label: Annotated[str | None, typer.Option(help="The outcome; counts as the feedback of the consumer.")] = None,
    case: Annotated[str | None, typer.Option(help="Name of a regression case, which the gate runs for ever.")] = None,
    at_least: Annotated[float | None, typer.Option(help="Of a case: the score must not be lower.")] = None,
    at_most: Annotated[float | None, typer.Option(help="Of a case: the score must not be higher.")] = None,
    of_class: Annotated[str | None, typer.Option("--class", help="Of a case: the class that the score is of.")] = None,
    close: Annotated[str | None, typer.Option(help="The reason for which nothing is to be done.")] = None,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Decide on a report: it becomes a label, or a regression case in the product's folder, or is closed."""
    from delivery.feedback import triage as decide
    from delivery.project import PRODUCTS
    from delivery.traffic import me
    from sixfold.cases import expected_of
    from sixfold.elsewhere import folder_of

    reports, path = _reports(product, stack, as_json=as_json), None
    if sum(given is not None for given in (label, case, close)) != 1:
        raise typer.BadParameter("give one of --label, --case and --close")
    found = reports.get(report)
    if label is not None:
        found = decide.to_label(reports, found, label, me())
    elif case is not None:
        expected = expected_of(at_least, at_most, of_class)
        folder = folder_of(reports.product.package, PRODUCTS)
        found, path = decide.to_case(reports, found, case, expected, folder, me())
    elif close is not None:
        found = decide.close(reports, found, close, me())
    document = {"product": product, "report_id": found.id, "state": found.state, "case": str(path) if path else None}
    text = f"Report {found.id[:8]} is {found.state}"
    finish(
        document, f"{text}. Next: commit {path}, then `sixfold evaluate {product}`" if path else text, as_json=as_json
    )


def _reports(product: str, stack: str, *, as_json: bool) -> "Reports":
    from monitoring.reports import Reports

    contract = contract_of(product)
    live = connect(stack, Terminal(for_program=as_json))
    return Reports(live.platform, contract, live.project.home)
