"""Replay: sends requests of the past through the live endpoint; each is answered from the features of its own moment.

The header `X-Replay-Time` says when a request is made, and the service answers from what was known then. Labels need no
sending: they are in the lake with the time at which each became known, and count once the replay has passed it.
"""

import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import NamedTuple, cast

import httpx
import polars as pl

from delivery.passes import Passes
from delivery.reporter import Reporter
from delivery.served import url
from models.lake import Lake
from sixfold.contract import Product
from sixfold.declared import Strict
from sixfold.errors import SixfoldError
from sixfold.moments import Moment
from sixfold.outputs import StackOutputs
from sixfold.product import load_code
from sixfold.wire import REPLAY_TIME

ROWS = 10  # a request
AT_ONCE = 4  # a service that slows down slows the replay down, and is not buried
_TIMEOUT_S = 180  # the first answer of a release takes the seconds that its history takes to load


class Span(Strict):
    """Replayed span: product, API version, and the predictions in [since, until)."""

    product: str
    version: str
    since: Moment
    until: Moment


class Request(NamedTuple):
    """Rows, each as JSON, that a consumer asks for at a moment."""

    at: datetime
    consumer: str
    rows: list[str]


class Reached(NamedTuple):
    """The progress of a replay: the moment that it has reached, and counts of rows with and without an answer."""

    at: datetime
    answered: int = 0
    failed: int = 0


def replay(outputs: StackOutputs, product: Product, span: Span, speed: float) -> Generator[Reached, None, None]:
    """Send a span, and yield after each hour of it; closing the iterator stops it between two.

    Args:
        outputs: those of the stack.
        product: its contract.
        span: what to send.
        speed: how many seconds of the past one second may hold; the machine may be slower.

    Raises:
        SixfoldError: there is nothing in the span, or the endpoint or the keyring is not there.

    """
    address = f"{url(outputs, product.name, span.version)}/predict"
    asked = load_code(product).stream.requests(Lake(outputs.platform, product.package).read, span.since, span.until)
    if asked.is_empty():
        raise SixfoldError(
            f"nothing is asked of {span.product} from {span.since} to {span.until}", remedy="give other dates"
        )
    passes, turns = Passes.of(outputs.platform, product.name), cycle(each.name for each in product.consumers)
    reached, began = Reached(span.since), time.monotonic()
    with httpx.Client(timeout=_TIMEOUT_S) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        for (hour,), part in asked.group_by(asked["at"].dt.truncate("1h").alias("hour"), maintain_order=True):
            time.sleep(max(0.0, (hour - span.since).total_seconds() / speed - (time.monotonic() - began)))
            answered = sum(pool.map(partial(_ask, client, address, passes), _requests(part, turns)))
            missed = part.height - answered
            reached = Reached(hour + timedelta(hours=1), reached.answered + answered, reached.failed + missed)
            yield reached


def resumable(
    outputs: StackOutputs, product: Product, span: Span, speed: float, mark: Path, report: Reporter
) -> tuple[Reached, bool]:
    """Run a replay with a bar; where the same one was stopped before, it goes on from there. Ctrl-C stops it.

    Returns how far it came, and whether that is the end of the span.

    Args:
        outputs: those of the stack.
        product: its contract.
        span: what to send.
        speed: how many seconds of the past one second may hold.
        mark: the file that keeps how far a stopped replay has come.
        report: receives the bar.

    """
    left = _left(mark, span)
    if left.since > span.since:
        report.say(f"going on from {left.since:%Y-%m-%d %H:%M} UTC, where this replay was stopped")
    hours, reached, finished = replay(outputs, product, left, speed), Reached(left.since), False
    try:
        with report.progress((span.until - left.since).total_seconds()) as advance:
            for reached in hours:
                mark.write_text(left.model_copy(update={"since": reached.at}).model_dump_json())
                text = f"{reached.at:%Y-%m-%d %H:%M}  {reached.answered:,} answered  {reached.failed:,} failed"
                advance((reached.at - left.since).total_seconds(), text)
        mark.unlink(missing_ok=True)
        finished = True
    except KeyboardInterrupt:
        report.say("stopped; the same command goes on from here")
    finally:
        hours.close()
    report.say(f"{reached.answered:,} predictions answered, {reached.failed:,} failed, up to {reached.at} (UTC)")
    return reached, finished


def _left(mark: Path, span: Span) -> Span:
    """Return the rest of a span: all of it, unless a replay up to the same end was stopped within it."""
    if not mark.exists():
        return span
    stopped = Span.model_validate_json(mark.read_text())
    same = stopped.model_copy(update={"since": span.since}) == span and span.since < stopped.since < span.until
    return stopped if same else span


def _requests(part: pl.DataFrame, turns: Iterator[str]) -> Iterator[Request]:
    """Yield the requests of each moment, at most `ROWS` rows at once; the consumers take turns."""
    for (at,), same in part.group_by("at", maintain_order=True):
        for some in same.iter_slices(ROWS):
            yield Request(cast("datetime", at), next(turns), some["row"].to_list())


def _ask(client: httpx.Client, address: str, passes: Passes, asked: Request) -> int:
    """Return the number of answered rows: all or none."""
    headers = {"Content-Type": "application/json", REPLAY_TIME: asked.at.isoformat(), **passes.headers(asked.consumer)}
    try:
        answer = client.post(address, content=f'{{"rows": [{",".join(asked.rows)}]}}', headers=headers)
    except httpx.TransportError:
        return 0
    return len(asked.rows) if answer.is_success else 0
