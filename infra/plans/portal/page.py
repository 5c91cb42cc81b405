"""The portal: the page at `/` with each product, its owner, its objectives, its releases, and an example call.

Both runtimes render it for the edge. The page must load nothing from anywhere.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from infra.plans.routing.traffic import VersionTraffic
from sixfold import pages
from sixfold.contract import Product
from sixfold.release import SHORT


def portal_page(
    *,
    stack: str,
    products: Mapping[str, Product],
    traffic: Sequence[VersionTraffic],
    edge: str,
) -> str:
    """Return the page as HTML.

    Args:
        stack: its name, which decides where a key is asked for.
        products: contracts by product name.
        traffic: the traffic plan.
        edge: the base URL at which consumers call.

    """
    return pages.render(
        __file__,
        products=[products[name] for name in sorted(products)],
        traffic=traffic,
        base=edge,
        short=SHORT,
        call_of=partial(_call, edge, stack),
    )


def _call(base: str, stack: str, product: Product, version: VersionTraffic) -> str:
    """Return a command that can be pasted into a shell."""
    row = json.dumps(product.example).replace("'", "'\\''")
    key = "" if stack in product.anonymous else ' -H "Authorization: Bearer $KEY"'
    return f"curl {base}{version.path}/predict \\\n  -H 'Content-Type: application/json'{key} \\\n  -d '{row}'"
