"""The portal: the page at `/` with each product, its owner, its objectives, its releases, and an example call.

Both runtimes render it for the edge. The page must load nothing from anywhere.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from infra.plans.routing.traffic import VersionTraffic
from sixfold import pages
from sixfold.contract import Product
from sixfold.outputs import Endpoints
from sixfold.release import SHORT


def portal_page(
    *,
    stack: str,
    products: Mapping[str, Product],
    traffic: Sequence[VersionTraffic],
    endpoints: Endpoints,
) -> str:
    """Return the page as HTML.

    Args:
        stack: its name, which decides where a key is asked for.
        products: contracts by product name.
        traffic: the traffic plan.
        endpoints: where the edge, Prometheus and Alertmanager answer; what is None is left out.

    """
    base = endpoints.portal or ""
    return pages.render(
        __file__,
        products=[products[name] for name in sorted(products)],
        traffic=traffic,
        links={"Prometheus": endpoints.prometheus, "Alertmanager": endpoints.alertmanager},
        base=base,
        short=SHORT,
        call_of=partial(_call, base, stack),
    )


def _call(base: str, stack: str, product: Product, version: VersionTraffic) -> str:
    """Return a command that can be pasted into a shell."""
    row = json.dumps(product.example).replace("'", "'\\''")
    key = "" if stack in product.anonymous else ' -H "Authorization: Bearer $KEY"'
    return f"curl {base}{version.path}/predict \\\n  -H 'Content-Type: application/json'{key} \\\n  -d '{row}'"
