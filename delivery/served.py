"""The releases that answer, as the stack outputs name them, and a first request to them."""

import json
from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx

from delivery.passes import Passes
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import StackOutputs
from sixfold.registry.ledger import Versions
from sixfold.release import SHORT
from sixfold.stack import Pin
from sixfold.wire import MISSING_FEATURES

_TIMEOUT_S = 30


class Answer(NamedTuple):
    """An answer of the live service, and the names of the features without which it was made."""

    document: dict[str, Any]
    missing: tuple[str, ...]


def pins(outputs: StackOutputs, product: str) -> Versions:
    """Return the releases that answer each API version of a product, and their weights; a retired one answers 410."""
    served = (version for each in outputs.products if each.name == product for version in each.api_versions)
    return {
        version.version: tuple(Pin(release=release.release, weight=release.weight) for release in version.releases)
        for version in served
        if version.releases and not version.retired
    }


def live_release(outputs: StackOutputs, product: str) -> str | None:
    """Return the release that answers most of the newest API version that has any, None where none does."""
    versions = list(pins(outputs, product).values())
    return max(versions[-1], key=lambda pin: pin.weight).release if versions else None


def describe(versions: Versions) -> str:
    """Return releases and weights as people read them."""
    return "; ".join(
        f"{version} " + ", ".join(f"{pin.release[:SHORT]} {pin.weight}%" for pin in some)
        for version, some in versions.items()
    )


def url(outputs: StackOutputs, product: str, version: str) -> str:
    """Return the URL of an API version.

    Raises:
        SixfoldError: the stack does not serve such a version.

    """
    urls = {(p.name, v.version): v.url for p in outputs.products for v in p.api_versions}
    if (product, version) not in urls:
        known = ", ".join(" ".join(key) for key in urls)
        raise SixfoldError(f"the stack serves no {product} {version}", remedy=f"name one of these: {known}")
    return urls[product, version]


def predict(outputs: StackOutputs, product: Product, version: str, row: str | None = None) -> dict[str, Any]:
    """Request a prediction from the live service.

    Args:
        outputs: those of the stack.
        product: its contract.
        version: the API version.
        row: a row as JSON; None: the contract's example.

    Raises:
        SixfoldError: the stack serves no such version, its keyring cannot be read, or the answer is not a prediction.

    """
    return ask(outputs, product, version, row).document


def ask(outputs: StackOutputs, product: Product, version: str, row: str | None = None) -> Answer:
    """Request a prediction as `predict` does, and return it with what its header says."""
    body = row or json.dumps(product.example)
    address = f"{url(outputs, product.name, version)}/predict"
    headers = {"Content-Type": "application/json", **Passes.of(outputs.platform, product.name).headers()}
    answer = httpx.post(address, content=body, headers=headers, timeout=_TIMEOUT_S)
    if not answer.is_success:
        problem = answer.json()
        faults = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", []))
        raise SixfoldError(
            f"{product.name} {version} answered {answer.status_code}: {faults or problem['detail']}",
            remedy="correct the row, or see the release's log below .sixfold/run/logs",
        )
    missing = answer.headers.get(MISSING_FEATURES, "")
    return Answer(answer.json(), tuple(unquote(name) for name in missing.split(", ") if name))
