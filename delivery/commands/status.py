"""What runs, where, and whether it answers."""

from rich.table import Table

from infra.checks.state import answers
from sixfold.outputs import ServedVersion, StackOutputs
from sixfold.release import SHORT


def products_table(environment: StackOutputs) -> Table:
    """Return one row per API version: where it is in its life, whether it is ready, and the releases behind it."""
    table = Table("product", "version", "status", "ready", "releases", box=None)
    for product in environment.products:
        for version in product.api_versions:
            ready = "[green]yes[/]" if version.releases and answers(f"{version.url}/readyz") else "[red]no[/]"
            table.add_row(product.name, version.version, version.status, ready, _releases(version))
    return table


def endpoints_table(environment: StackOutputs) -> Table:
    """Return one row per address for people and programs."""
    table = Table("look at", "where", box=None)
    for product in environment.products:
        for version in product.api_versions:
            table.add_row(f"{product.name} {version.version}", version.url)
    for name, url in environment.endpoints.model_dump().items():
        table.add_row(name, url or "-")
    return table


def _releases(version: ServedVersion) -> str:
    pins = (f"{served.release[:SHORT]} {served.weight}%" for served in version.releases)
    return ", ".join(pins) or "none yet: sixfold publish"
