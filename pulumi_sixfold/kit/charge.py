"""Charges of AWS at rest: for a resource that exists, without a request and without data.

A type has a function from its inputs to its charges (`Facts.charges`); whoever has a price table multiplies.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Charge(NamedTuple):
    """One charge.

    Attributes:
        rate: name of the rate in a price table, with its unit of time at the end: `nat_gateway_hour`.
        quantity: how often it is charged at once.
        what: how it comes about, for people.
        of: which of the rates of that name, such as an instance type; empty where there is one.

    """

    rate: str
    quantity: float = 1
    what: str = ""
    of: str = ""


def number(inputs: Mapping[str, Any], name: str, default: float | None = None) -> float | None:
    """Return a number among the inputs; None as long as a preview does not know it."""
    value = inputs.get(name, default)
    return value if isinstance(value, int | float) else None
