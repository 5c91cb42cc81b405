"""`sixfold remove`: takes one product out of a stack, wholly, and leaves every other product as it is.

Its callers stop first (stack file and apply), then its online tables, its tables and objects, and its files on this
machine are deleted. Each step does only what is left, so that the same command continues after an interruption. None
needs the product's folder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter, ValidationError

from delivery import local_files
from delivery.local_files import LocalFiles
from delivery.served import describe
from delivery.traffic import Traffic, me
from models import belongings
from models.belongings import Belongings
from sixfold.contract import package_of
from sixfold.declared import Slug
from sixfold.errors import SixfoldError
from sixfold.outputs import owner_of
from sixfold.registry.ledger import Decision
from sixfold.stack import unname

_NAME = TypeAdapter(Slug)


class Kept(NamedTuple):
    """Counts of the published releases and of the ledger's entries, which outlive their product."""

    releases: int
    ledger_entries: int


class Removal(NamedTuple):
    """A product's parts in a stack that a removal deletes, and those that it keeps.

    `declared`: the stack's file or its last apply names the product. `live`: the releases that answer, for people.
    """

    stack: str
    product: str
    declared: bool
    live: str
    belongings: Belongings
    files: LocalFiles
    kept: Kept

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to delete."""
        return not (self.declared or any(self.belongings) or self.files.own)

    def deletes(self) -> dict[str, list[str]]:
        """Return the names of what is deleted, by kind; files of the lake are counted."""
        found = self.belongings
        tables = [f"{table.database}.{table.name}" for table in found.tables]
        return {
            "stack file": [self.product] if self.declared else [],
            "releases that answer": [self.live] if self.live else [],
            "online tables": list(found.online),
            "feature registry": list(found.definitions),
            "records of steps": list(found.steps),
            "lake tables, prediction log, feedback and reports": tables,
            "files of the lake": [f"{len(found.files):,}"] if found.files else [],
            "files of this machine": [str(path) for path in self.files.own],
        }

    def keeps(self) -> dict[str, list[str]]:
        """Return the names of the parts that are kept, by kind."""
        kept = {"published releases": [str(self.kept.releases)], "ledger entries": [str(self.kept.ledger_entries)]}
        shared = [f"{path} (stack {', '.join(self.files.others)} names the product too)" for path in self.files.shared]
        return {**kept, "files of this machine": shared}

    def document(self) -> dict[str, object]:
        """Return the removal as values for JSON."""
        return {"stack": self.stack, "product": self.product, "deletes": self.deletes(), "keeps": self.keeps()}


def plan(traffic: Traffic, name: str) -> Removal:
    """List all that `carry_out` would delete; nothing is left of a product that was removed before.

    Raises:
        SixfoldError: the stack never had such a product, or its AWS does not answer.

    """
    stack = traffic.stack
    declared = {each.name for each in stack.outputs.products} | stack.settings().products.keys()
    unknown = SixfoldError(
        f"there is no product {name!r} in the stack {stack.name!r}",
        remedy=f"name one of these: {', '.join(sorted(declared)) or 'none, the stack has no product'}",
    )
    if not _could_be_a_product(name):
        raise unknown
    with _reaching_aws(traffic):
        found = belongings.find(stack.platform, package_of(name))
    kept = Kept(len(traffic.registry.records(name)), len(traffic.ledger.entries(name)))
    live, files = describe(traffic.now(name)), local_files.find(stack, name)
    removal = Removal(stack.name, name, name in declared, live, found, files, kept)
    if removal.is_empty and not any(kept):
        raise unknown
    return removal


def carry_out(traffic: Traffic, removal: Removal) -> None:
    """Delete what was planned, and say in the ledger that nothing of the product is live any more.

    Raises:
        SixfoldError: the engine stopped, AWS refused, or a release wrote once more while it ended; the same again goes
            on from there.

    """
    stack, report, name = traffic.stack, traffic.report, removal.product
    if removal.declared:
        with report.stage(f"{name} out of {stack.file.name}, and its releases stopped"):
            unname(stack.file, name)
            stack.apply()
    entries = traffic.ledger.entries(name)
    if entries and entries[-1].versions:
        decision = Decision(by=me(), verdict="remove", reason=f"removed from the stack {stack.name}")
        traffic.record_what_is_live(name, decision)
    package = package_of(name)
    with report.stage(f"{name}: tables, objects and files"), _reaching_aws(traffic):
        belongings.delete(stack.platform, belongings.find(stack.platform, package), report.say)
        local_files.find(stack, name).delete()
        left = belongings.find(stack.platform, package)
    if any(left):
        raise SixfoldError(
            f"something of {name} was written to the stack {stack.name!r} while it was removed",
            remedy=f"a release may have written its last predictions; run it again: `sixfold remove {name}`",
        )


def _could_be_a_product(name: str) -> bool:
    """Return whether a contract may have this name; the feedback table of another product has a name that none may."""
    try:
        return owner_of(package_of(_NAME.validate_python(name)))[0] == name
    except ValidationError:
        return False


@contextmanager
def _reaching_aws(traffic: Traffic) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise SixfoldError(
            f"the AWS of the stack {traffic.stack.name!r} does not do it: {error}",
            remedy="see that it can be reached with rights to list and delete, and run the same command again",
        ) from error
