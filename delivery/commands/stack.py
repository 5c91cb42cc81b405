"""Commands about a stack as a whole."""

import os
from collections import Counter
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal, console, finish, write, write_json
from delivery.commands.context import AsJson, DryRun, ProductName, StackName, Yes, find, traffic_of
from delivery.live_stack import LiveStack
from sixfold.errors import SixfoldError
from sixfold.outputs import without_login
from sixfold.wire import ENV_RETIRE

if TYPE_CHECKING:
    from infra.checks.preflight.plan import Problem

commands = typer.Typer()


@commands.command()
def init(*, stack: StackName, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Begin a stack on AWS: the bucket of its state and the key of its secrets, once for each account.

    The same again changes nothing.
    """
    from delivery.begin import begin

    place = begin(find(stack, Terminal(for_program=as_json)), dry_run=dry_run)
    if as_json:
        write_json(place._asdict())
        return
    for each in place.done:
        console.print(f"{'would create' if dry_run else 'created'}  {each}")
    if not place.done:
        console.print(f"All is there: the state of {stack} is in {place.bucket}")
    if not dry_run:
        console.print(f"Next: export PULUMI_BACKEND_URL={quote(place.backend)}")
        console.print(f"then: sixfold preflight --stack {stack}, and commit stacks/Pulumi.{stack}.yaml")


@commands.command()
def up(
    *,
    stack: StackName = "local",
    skip_preflight: Annotated[
        bool, typer.Option("--skip-preflight", help="Do not look first for what AWS would refuse half-way.")
    ] = False,
    retire: Annotated[
        list[str] | None,
        typer.Option(metavar="PRODUCT/VERSION", help="End it whoever calls it; not where deletion_protection is on."),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Bring everything up, from an empty machine to live predictions."""
    from delivery.commands.tables import endpoints_table, predicts, products_table
    from delivery.up import up as bring_up
    from infra.checks.preflight.run import require_none

    os.environ[ENV_RETIRE] = ",".join(retire or ())
    live = find(stack, terminal := Terminal())
    if dry_run:
        from infra.plans.backend import require_safe_state

        require_safe_state(live.settings(), os.environ, live.file)
        live.engine.select()
        write(live.engine.preview())
        return
    bring_up(live, terminal, None if skip_preflight else lambda _: require_none(_problems(live), stack))
    served = {version.url for product in live.outputs.products for version in product.api_versions}
    console.print(products_table(live.outputs, served), endpoints_table(live.outputs), terminal.times())
    portal = without_login(live.outputs.endpoints.portal or "")
    console.print(f"Next: open {portal} (user sixfold, password in .sixfold/access-key), or {predicts(live.outputs)}")


@commands.command()
def down(*, yes: Yes = False, dry_run: DryRun = False, stack: StackName = "local") -> None:
    """Delete all that the stack created. The releases' copy on this machine stays, and the next `up` brings it back.

    It asks first, except for a stack on this machine.
    """
    from delivery.down import down as take_down
    from infra.checks.leaks.run import left_by, require_none

    live = find(stack, Terminal())
    if dry_run:
        held = Counter(each.type for each in live.engine.held())
        console.print(*(f"{number:4}  {kind}" for kind, number in sorted(held.items())), sep="\n")
        console.print(f"{held.total()} resources would be deleted. Nothing was changed")
        return
    if not yes and live.settings().local is None:
        typer.confirm(f"Delete all that the stack {stack} created?", abort=True)
    left = partial(left_by, stack, live.settings(), root=live.project.root, home=live.project.home)
    known = take_down(live)
    require_none(left(known=known), stack)
    console.print(f"Gone. Kept: releases and ledger in {live.project.home}. Next: `make up` brings it all back")


@commands.command()
def remove(
    product: ProductName,
    *,
    stack: StackName = "local",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take one product out of a stack, wholly: its releases, features, tables, log and files. Others stay as they are.

    The list of all that will be deleted comes first, then a question. The same command continues an interrupted one.
    """
    from delivery.commands.tables import removal_table
    from delivery.remove import carry_out, plan

    if as_json and not (yes or dry_run):
        raise typer.BadParameter("it asks no question: add --yes", param_hint="--json")
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    removal = plan(traffic, product)
    if not as_json:
        console.print(removal_table(removal))
    if dry_run:
        finish(removal.document(), "Nothing was changed", as_json=as_json)
        return
    if not removal.is_empty:
        if not yes:
            typer.confirm(f"Delete all of this from the stack {stack}?", abort=True)
        carry_out(traffic, removal)
    if as_json:
        write_json(removal.document())
    elif removal.is_empty:
        console.print(f"Nothing of {product} is left in the stack {stack}")
    else:
        console.print(f"Removed. Next: commit {traffic.stack.file.name}")


@commands.command()
def recover(stack: StackName = "local") -> None:
    """Clean up after a killed engine: remove its lock and its unfinished operations. `up` and `down` do it first."""
    find(stack, Terminal()).engine.recover()
    console.print(f"Nothing is under way. Next: sixfold up --stack {stack}")


@commands.command()
def preflight(*, stack: StackName = "local", as_json: AsJson = False) -> None:
    """List all that would stop an `up` half-way: credentials, region, permissions, quotas, addresses.

    Exit code 1 if there is anything.
    """
    from infra.checks.preflight.run import require_none

    found = _problems(find(stack, Terminal(for_program=as_json)))
    if as_json:
        write_json([each._asdict() for each in found])
    require_none(found, stack)
    if not as_json:
        console.print(f"Nothing stands in the way of: sixfold up --stack {stack}")


@commands.command()
def leaks(*, stack: StackName = "local", as_json: AsJson = False) -> None:
    """List the resources that a stack left in AWS after `sixfold down`. Exit code 1 if there are any."""
    from infra.checks.leaks.run import left_by, require_none

    live = find(stack, Terminal(for_program=as_json))
    left = left_by(stack, live.settings(), root=live.project.root, home=live.project.home)
    if as_json:
        write_json([each._asdict() for each in left])
    if left and live.engine.held():
        raise SixfoldError(
            f"the stack {stack!r} is up: {len(left)} of its resources are in AWS, as they should be",
            remedy=f"delete it first: sixfold down --stack {stack}, which looks for leaks itself",
        )
    require_none(left, stack)
    if not as_json:
        console.print("Nothing of the stack is left")


@commands.command()
def env(*, stack: StackName = "local") -> None:
    """Print the variables that programs of a stack take, for a shell: `eval "$(sixfold env)"`.

    With them `python -m serving.run` and the other programs run by hand, as the stack runs them.
    """
    from delivery.environment import variables

    lines = (f"export {name}={quote(value)}\n" for name, value in variables(find(stack, Terminal())).items())
    write("".join(lines))


@commands.command()
def cost(*, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Estimate what a stack costs a month at rest, by component. Needs neither credentials nor an engine."""
    from delivery.cost import document_of, text_of

    live = find(stack, Terminal())
    if as_json:
        write_json(document_of(live))
    else:
        write(text_of(live))


def _problems(live: LiveStack) -> "list[Problem]":
    from infra.checks.preflight.run import preflight as problems_of

    project = live.project
    return problems_of(live.name, live.settings(), root=project.root, home=project.home, held=live.engine.held)
