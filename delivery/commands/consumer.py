"""Commands about the keys of consumers."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from delivery.commands.console import Terminal, console, finish, write, write_json
from delivery.commands.context import AsJson, ProductName, StackName, connect, contract_of

if TYPE_CHECKING:
    from delivery.consumers import Consumers

commands = typer.Typer()
keys = typer.Typer(help="Keys of the consumers of a product: each proves by one who it is.", no_args_is_help=True)
ConsumerName = Annotated[str, typer.Argument(metavar="NAME", help="Which consumer, as in the product.yaml.")]
_SOON = "releases take it within 15 seconds"


@keys.command()
def add(product: ProductName, name: ConsumerName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Give a consumer its first key. It is printed once, and only its hash is kept."""
    key = _consumers(product, stack, as_json=as_json).add(name)
    _show(key, product, name, as_json=as_json)


@keys.command()
def rotate(
    product: ProductName,
    name: ConsumerName,
    *,
    days: Annotated[float, typer.Option(min=0, max=90, help="Days for which the key of before goes on.")] = 7,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Give a consumer another key, which is printed once. The one before goes on for some days, older ones end."""
    key = _consumers(product, stack, as_json=as_json).rotate(name, timedelta(days=days))
    _show(key, product, name, as_json=as_json)


@keys.command()
def revoke(
    product: ProductName,
    name: ConsumerName,
    *,
    key: Annotated[str | None, typer.Option(help="Only the key of this number; see `sixfold consumer list`.")] = None,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """End all keys of a consumer, or one of them."""
    _consumers(product, stack, as_json=as_json).revoke(name, key)
    document = {"product": product, "consumer": name, "revoked": key or "all"}
    finish(document, f"{name} has lost {'key ' + key if key else 'all keys'} of {product}; {_SOON}", as_json=as_json)


@keys.command("list")
def list_(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Show the consumers of a product, and the numbers of their keys."""
    from delivery.commands.tables import consumers_table

    held = _consumers(product, stack, as_json=as_json).held()
    if as_json:
        shown = [
            {"consumer": name, "keys": [key.model_dump(mode="json", exclude={"sha256"}) for key in keys]}
            for name, keys in held
        ]
        write_json(shown)
    else:
        console.print(consumers_table(held))
        without = [consumer for consumer, keys in held if not keys]
        console.print(
            f"Next: sixfold consumer {f'add {product} {without[0]}' if without else f'rotate {product} NAME'}"
        )


@keys.command()
def rotate_signing(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Sign prediction ids with a new secret; ids of the four before it are still taken by feedback."""
    _consumers(product, stack, as_json=as_json).rotate_signing()
    finish({"product": product}, f"prediction ids of {product} are signed by a new secret; {_SOON}", as_json=as_json)


@commands.command()
def users(
    product: ProductName,
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="Look back so many days.")] = 30,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Show the consumers of a product: what each needs, what it asked for, and whom a change made today would hurt."""
    from delivery.commands.users_table import users_table
    from delivery.usage import look
    from monitoring.users import hurt, misfits

    contract = contract_of(product)
    found = look(connect(stack, terminal := Terminal(for_program=as_json)), contract, days, terminal)
    odd, hurts = list(misfits(contract, found, datetime.now(UTC), days)), list(hurt(contract, found))
    if as_json:
        write_json({"users": [user.document() for user in found], "misfits": odd, "hurt_by_a_change": hurts})
        return
    console.print(users_table(found))
    for title, sentences in (("Does not fit the contract:", odd), ("A change made today would hurt:", hurts)):
        if sentences:
            console.print(title, *(f"- {escape(sentence)}" for sentence in sentences), sep="\n")


def _consumers(product: str, stack: str, *, as_json: bool) -> "Consumers":
    from delivery.consumers import Consumers

    contract = contract_of(product)
    return Consumers(connect(stack, Terminal(for_program=as_json)).platform, contract)


def _show(key: str, product: str, name: str, *, as_json: bool) -> None:
    """Print a new key alone on stdout: a script may take it from there, and no log has more than it needs."""
    if as_json:
        write_json({"product": product, "consumer": name, "key": key})
    else:
        write(f"{key}\n")
        Terminal(for_program=True).say(f"the key of {name} for {product}, shown this once; {_SOON}")
        Terminal(for_program=True).say('a call sends it as the header "Authorization: Bearer KEY"')
