"""The command that carries a release from stack to stack."""

import os
from difflib import unified_diff
from typing import Annotated

import typer

from delivery.commands.console import Terminal, finish
from delivery.commands.context import AsJson, DigestArgument, DryRun, ProductName, VersionArgument, contract_of, find
from delivery.live_stack import LiveStack

_HEAD = 3
"""Lines of a difference before its first one: two names, and a place."""
Profile = Annotated[str | None, typer.Option(help="AWS profile of that stack's account; without it, the present one.")]


def promote(  # noqa: PLR0913 - the options of a command
    product: ProductName,
    version: VersionArgument,
    digest: DigestArgument,
    *,
    source: Annotated[str, typer.Option("--from", metavar="STACK", help="The stack in which it answers.")],
    target: Annotated[str, typer.Option("--to", metavar="STACK", help="The stack to which it goes.")],
    weight: Annotated[
        int | None, typer.Option(min=0, max=100, help="Its share in per cent; without it, all or, beside another, 0.")
    ] = None,
    from_profile: Profile = None,
    to_profile: Profile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Carry a release to another stack: check, copy, pin it in the stack file, and commit that on a branch.

    It shows the plan and what the cost becomes. Nothing is live before CI deploys the commit.
    """
    from delivery.cost import text_of
    from delivery.promotion import commit_change, copy, edit, propose, require_clean, require_welcome, wanted
    from delivery.served import describe
    from delivery.traffic import Traffic

    contract = contract_of(product, version)
    terminal = Terminal(for_program=as_json)
    there, here = find(target, terminal), find(source, terminal)
    _enter(here, from_profile)
    leaving = Traffic.of(here, terminal)
    full = leaving.registry.resolve(product, digest)
    with terminal.stage(f"the release on {source}"):
        proposal = propose(leaving, contract, version, full)
    with terminal.stage(f"the stack {target}"):
        _enter(there, to_profile)
        arriving = Traffic.of(there, terminal)
        require_welcome(arriving, proposal)
        pins = wanted({version: there.settings().products[product][version].releases}, proposal, weight)
    if not dry_run:
        require_clean(arriving)
    before, cost, branch = there.file.read_bytes(), text_of(there), None
    try:
        edit(arriving, proposal, pins)
        with terminal.stage("plan and cost"):
            plan = there.engine.preview()
            lines = unified_diff(cost.splitlines(), text_of(there).splitlines(), n=0, lineterm="")
            costs = "\n".join(list(lines)[_HEAD:]) or "the same"
        if not dry_run:
            with terminal.stage(f"copy to {there.platform.registry_bucket}"):
                copy(arriving, proposal)
            branch = commit_change(arriving, proposal, source)
    finally:
        if branch is None:
            there.file.write_bytes(before)
    then = describe({version: pins})
    document = {"product": product, "version": version, "digest": proposal.record.digest, "from": source, "to": target}
    text = f"{plan}\ncost a month at rest: {costs}\nthen  {then}\n"
    last = f"Next: push {branch}, and let CI deploy it; then `sixfold rollout`" if branch else "Nothing was changed"
    finish({**document, "then": then, "plan": plan, "cost": costs, "branch": branch}, text + last, as_json=as_json)


def _enter(stack: LiveStack, profile: str | None) -> None:
    """Let AWS clients of this process speak to the account of a stack from now on."""
    import boto3

    if profile:
        os.environ["AWS_PROFILE"] = profile
    stack.connect()
    boto3.setup_default_session()
