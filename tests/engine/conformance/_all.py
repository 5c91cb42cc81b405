"""All cases of this folder: every module has `CASES`, name → case; the names are unique in the folder."""

import importlib
import pkgutil
from pathlib import Path

from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.catalogue import HANDLERS
from tests.engine.conformance._case import Case
from tests.engine.conformance._gaps import NOT_IN_MOTO

AWS = [handler for handler in HANDLERS if issubclass(handler, AwsHandler) and handler.facts.token not in NOT_IN_MOTO]


def collect() -> dict[str, Case]:
    """Return the cases in an order in which each comes after those that it refers to."""
    found: dict[str, Case] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if not module.startswith("_"):
            cases = importlib.import_module(f"tests.engine.conformance.{module}").CASES
            twice = found.keys() & cases
            assert not twice, f"the cases {twice} of {module} are in another file too: give them other names"
            found |= cases
    ordered: dict[str, Case] = {}
    for name in found:
        _place(name, found, ordered)
    return ordered


def references(given: object) -> set[str]:
    """Return the names of the cases that some inputs refer to."""
    if isinstance(given, str):
        return {given[1:].split(".")[0]} if given.startswith("@") else set()
    if isinstance(given, dict):
        given = list(given.values())
    return {name for part in given for name in references(part)} if isinstance(given, list) else set()


def needs(case: Case) -> set[str]:
    """Return the names of the cases that a case refers to at any step."""
    return references([case.args, *case.changes])


def _place(name: str, found: dict[str, Case], ordered: dict[str, Case]) -> None:
    for needed in sorted(needs(found[name])):
        _place(needed, found, ordered)
    ordered.setdefault(name, found[name])
