"""What a rollout is judged on: joined predictions from the lake, errors and latency from Prometheus."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from sixfold.cli.workspace import Workspace
from sixfold.contract import Product
from sixfold.decision import Quality, Requests
from sixfold.errors import SixfoldError
from sixfold.metrics import measure_of
from sixfold.release import SHORT
from sixfold.sequential import Estimate, paired

if TYPE_CHECKING:
    import polars as pl

WINDOWS = 4
"""Predictions of so many windows of the contract are looked at: a rollout that takes longer has other troubles."""

NOTHING = Quality(0, 0, math.nan, math.nan, Estimate(math.nan, math.nan))


def quality(work: Workspace, product: Product, live: str, candidate: str) -> Quality:
    """Return the metric of two releases on the requests that both scored, by the labels that are known by now."""
    import polars as pl  # noqa: PLC0415 - most commands do without

    from serving.evaluation.join import attach, compact  # noqa: PLC0415 - the same
    from serving.evaluation.source import Source, clock  # noqa: PLC0415 - the same

    source, metric = Source(work.platform, product), product.metric
    files = source.files()
    now = clock(files, datetime.now(UTC))
    if now is None:
        return NOTHING
    since = (now - timedelta(hours=WINDOWS * metric.window_hours)).date()
    days = sorted({file.day for file in files if since <= file.day <= now.date()})
    short = [live[:SHORT], candidate[:SHORT]]
    parts = (compact(part, ()).filter(pl.col("release").is_in(short)) for day in days for part in source.read(day))
    first = datetime.combine(days[0], datetime.min.time(), UTC)
    delay = timedelta(hours=metric.label_delay_hours)
    joined = attach(pl.concat(parts), source.labels(first), source.feedback(first), as_of=now, delay=delay)
    return pairs(product, joined.rows, live, candidate)


def pairs(product: Product, rows: "pl.DataFrame", live: str, candidate: str) -> Quality:
    """Compare two releases on the requests that both scored: same key, same moment; the rest of `rows` does not count.

    Args:
        product: its contract names the metric.
        rows: as `serving.evaluation.join.attach` returns them.
        live: the release that is to be replaced.
        candidate: the one that is to replace it.

    """
    import polars as pl  # noqa: PLC0415 - most commands do without

    measure = measure_of(product)
    request = ["key", "time"]
    old, new = (
        rows.filter(pl.col("release") == digest[:SHORT]).unique(request, keep="first", maintain_order=True)
        for digest in (live, candidate)
    )
    both = old.join(new.select(*request, candidate="score"), on=request).sort("time")
    known = both.filter(pl.col("label").is_not_null())
    labels, before, after = (known[name].to_numpy().astype(float) for name in ("label", "score", "candidate"))
    hours = known["time"].dt.epoch("s").to_numpy() // 3600
    return Quality(
        labelled=known.height,
        due=both.filter("due").height,
        live=measure(labels, before),
        candidate=measure(labels, after),
        difference=paired(measure, labels, before, after, hours),
    )


def requests(work: Workspace, product: Product, version: str, since: datetime) -> dict[str, Requests]:
    """Return by short release what it was asked since a moment, copies included; what Prometheus knows by now.

    Raises:
        SixfoldError: the stack's Prometheus does not answer.

    """
    of = f'product="{product.name}",api_version="{version}"'
    asked = f'{{__name__=~"sixfold_(shadow_)?requests_total",{of},code=~"%s"}}'
    timed = f"sixfold_request_seconds_count{{{of}}}"
    fast = f'sixfold_request_seconds_bucket{{{of},le="{product.slo.latency_ms / 1000}"}}'
    series = {"all": asked % "[25]..", "failed": asked % "5..", "timed": timed, "fast": fast}
    found = {name: _since(work, f"sum by (release) ({expression})", since) for name, expression in series.items()}
    return {
        release: Requests(
            all=of_all,
            failed=found["failed"].get(release, 0),
            slow=max(0, found["timed"].get(release, 0) - found["fast"].get(release, 0)),
        )
        for release, of_all in found["all"].items()
    }


def _since(work: Workspace, expression: str, since: datetime) -> dict[str, int]:
    """Return by release how much a counter has grown; one that is smaller now was started anew."""
    before, now = (dict(_ask(work, expression, at)) for at in (since, datetime.now(UTC)))
    return {release: value - before.get(release, 0) if value >= before.get(release, 0) else value
            for release, value in now.items()}  # fmt: skip


def _ask(work: Workspace, expression: str, at: datetime) -> Iterator[tuple[str, int]]:
    url = f"{work.environment.endpoints.prometheus}/api/v1/query"
    try:
        answer = httpx.get(url, params={"query": expression, "time": at.timestamp()}, timeout=30).raise_for_status()
    except httpx.HTTPError as error:
        raise SixfoldError(
            f"Prometheus at {url} does not answer: {error}", remedy="`make status`, `make up`"
        ) from error
    for each in answer.json()["data"]["result"]:
        yield each["metric"].get("release", ""), int(float(each["value"][1]))
