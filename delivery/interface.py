"""The interface of a release, which lies in its bento, and whether it keeps the promise of an API version.

It is read and never run: the code of a release does not meet the rights of whoever releases it.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from sixfold.compatibility import Break, Interface, breaks
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.product import ServiceModule
from sixfold.release import SHORT
from sixfold.versions import Status

FILE = "interface.json"


def interface_of(service: ServiceModule) -> Interface:
    """Return the JSON Schemas of a product's rows and predictions, as its code is now."""
    return {
        "row": TypeAdapter(service.Row).json_schema(),
        "prediction": TypeAdapter(service.Prediction).json_schema(mode="serialization"),
    }


def read(source: Path) -> Interface | None:
    """Return the interface in the `src` folder of a release; None of one that is older than the file."""
    file = source / FILE
    found: Interface | None = json.loads(file.read_bytes()) if file.is_file() else None
    return found


def require_kept(product: Product, version: str, live: Interface | None, new: Interface | None, digest: str) -> None:
    """Do nothing where a release keeps what an API version has promised, or where that is a preview.

    Args:
        product: its contract.
        version: the API version.
        live: the interface of a release that answers it now; None: not known.
        new: the interface of the release that is to answer it; None: not known.
        digest: that release.

    Raises:
        SixfoldError: a field would break somebody; the message names both.

    """
    declared = product.api_versions.get(version)
    if not live or not new or declared is None or declared.status(date.today()) is Status.PREVIEW:  # noqa: DTZ011 - a day
        return
    found = breaks(live, new)
    if found:
        raise SixfoldError(
            f"release {digest[:SHORT]} breaks {product.name} {version}: {'; '.join(_sentences(product, found))}",
            remedy="keep the field, or let it answer a new API version: declare one in product.yaml",
        )


def _sentences(product: Product, found: list[Break]) -> Iterator[str]:
    for each in found:
        name = each.field.partition(".")[0].removesuffix("[]")
        everybody = each.what == "is required now"
        hurt = [user.name for user in product.consumers if everybody or not user.fields or name in user.fields]
        yield f"{each.side} {each.field or 'as a whole'} {each.what} ({', '.join(hurt) or 'no consumer names it'})"
