"""The page at `/`: what is served here, by whom, how well it has to work, and how to call it. It loads nothing."""

import json
from collections.abc import Mapping, Sequence
from html import escape

from infra.plans.portal.style import STYLE
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product, Status
from sixfold.outputs import Endpoints
from sixfold.release import SHORT
from sixfold.wire import CONSUMER


def portal_page(
    *,
    products: Mapping[str, Product],
    traffic: Sequence[VersionTraffic],
    endpoints: Endpoints,
) -> str:
    """Return the page as HTML.

    Args:
        products: contracts by product name.
        traffic: the traffic plan.
        endpoints: where the edge, Prometheus and Alertmanager answer; what is None is left out.

    """
    cards = "\n".join(
        _card(
            products[name],
            [version for version in traffic if version.product == name],
            endpoints.portal or "",
        )
        for name in sorted(products)
    )
    links = {"Prometheus": endpoints.prometheus, "Alertmanager": endpoints.alertmanager}
    nav = "".join(f'<a href="{escape(url)}">{name}</a>' for name, url in links.items() if url)
    count = f"{len(products)} product{'' if len(products) == 1 else 's'}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sixfold: {count}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<header><h1>Sixfold</h1><p>{count} served here</p><nav aria-label="Monitoring">{nav}</nav></header>
<main>
{cards or "<p>No product is declared yet. A product is a folder below <code>products</code>.</p>"}
</main>
</body>
</html>
"""


def _card(product: Product, versions: Sequence[VersionTraffic], base: str) -> str:
    metric, slo = product.metric, product.slo
    sign = "at least" if metric.direction == "higher" else "at most"
    consumers = "".join(f"<li><b>{escape(c.name)}</b> {escape(c.purpose)}</li>" for c in product.consumers)
    facts = {
        "Owner": f"{escape(product.owner)}<br><small>on call: {escape(product.on_call)}</small>",
        "Metric": f"{escape(metric.name)}<br><small>{sign} {metric.live_threshold:g} on live traffic over "
        f"{metric.window_hours:g} h; {metric.baseline_margin:g} better than the naive baseline</small>",
        "Promise": f"{_percent(slo.availability)} of requests succeed<br>"
        f"<small>{_percent(slo.latency_quantile)} of them within {slo.latency_ms:g} ms, over 30 days</small>",
        "Features": f"at most {product.limits.feature_freshness_hours:g} h old<br><small>at most "
        f"{_percent(product.limits.quarantine_rate)} of the rows of a table in quarantine</small>",
    }
    details = "".join(f"<div><dt>{term}</dt><dd>{text}</dd></div>" for term, text in facts.items())
    return f"""<section aria-labelledby="{product.name}">
<h2 id="{product.name}">{escape(product.title)} <code>{product.name}</code></h2>
<p class="lead">{escape(product.description)}</p>
<dl>{details}</dl>
<h3>Used by</h3>
<ul class="consumers">{consumers}</ul>
{"".join(_version(product, version, base) for version in versions)}
</section>"""


def _version(product: Product, version: VersionTraffic, base: str) -> str:
    dates = {"deprecated": version.deprecated, "sunset": version.sunset}
    when = "".join(f" · {word} <time>{day}</time>" for word, day in dates.items() if day)
    head = (
        f'<h3>API {version.version} <span class="badge {version.status}">{version.status}</span>'
        f"<small>since <time>{product.api_versions[version.version].since}</time>{when}</small></h3>"
    )
    name = f'id="{product.name}-{version.version}" aria-label="API {version.version} of {escape(product.title)}"'
    return f"<article {name}>{head}{_body(product, version, base)}</article>"


def _body(product: Product, version: VersionTraffic, base: str) -> str:
    move = (
        f' Move to <a href="#{version.product}-{version.successor}">{version.successor}</a>.'
        if version.successor
        else ""
    )
    if version.status is Status.RETIRED:
        return f"<p>This version answers no more.{move}</p>"
    if not version.upstreams:
        return f"<p>No release yet. Publish one: <code>sixfold publish {version.product}</code></p>"
    rows = "".join(
        f"<tr><td><code>{escape(upstream.release[:SHORT])}</code></td><td>{upstream.weight} %</td>"
        f'<td><meter min="0" max="100" value="{upstream.weight}" aria-hidden="true"></meter></td></tr>'
        for upstream in version.upstreams
    )
    warning = f"<p>Deprecated.{move}</p>" if version.status is Status.DEPRECATED else ""
    return (
        f"{warning}<p><code>{escape(base)}{version.path}/</code> "
        f'<a href="{version.path}/docs">documentation</a></p>'
        f"<table><thead><tr><th scope=col>Release</th><th scope=col>Share</th><td></td></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        f"{_call(product, version, base)}"
    )


def _call(product: Product, version: VersionTraffic, base: str) -> str:
    row = json.dumps(product.example).replace("'", "'\\''")
    command = (
        f"curl {base}{version.path}/predict \\\n"
        f"  -H 'Content-Type: application/json' -H '{CONSUMER}: {product.consumers[0].name}' \\\n"
        f"  -d '{row}'"
    )
    return f"<pre><code>{escape(command)}</code></pre>"


def _percent(share: float) -> str:
    return f"{share * 100:.6g} %"
