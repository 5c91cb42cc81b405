"""Builds a product's features: tables in the lake, definitions in Feast, newest values online."""

import contextlib
import io
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from models import aws, steps
from models.features.online import Freshness, begin, confirm, end, freshness_key, is_online, materialization_key
from models.features.store import open_store, registry_key
from models.hashing import content_key, product_key
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import FeaturesModule, load_code

if TYPE_CHECKING:
    from models.lake import Lake

Progress = Callable[[str], None]
STEP = "features"
_LOG = logging.getLogger(__name__)


def build(platform: PlatformRefs, product: Product, progress: Progress = _LOG.info) -> bool:
    """Bring the feature store in step with the lake. Return False where it already was, which takes milliseconds.

    Features that were found in step count as fresh from now on: a source that does not change makes none stale.

    Raises:
        SixfoldError: the data is not loaded, or its load did not finish.

    """
    code = product_key(product, "features")
    done = steps.recorded(platform, product.package, STEP)
    if done and steps.holds(platform, product.package, done, code) and is_online(platform, product.package):
        confirm(platform, product.package)
        return False
    from models.lake import Lake  # noqa: PLC0415 - a run with nothing to do does not wait for Iceberg and Feast

    definitions = load_code(product).features
    lake = Lake(platform, product.package)
    key = content_key(code, _inputs_key(lake, definitions.INPUTS))
    copied = _is_copied(lake, definitions.INPUTS, done, code)
    written = _write_tables(lake, definitions, key, progress, copied=copied)
    _materialize(platform, product.package, definitions, written, progress)
    steps.record(platform, product.package, STEP, code, [*definitions.INPUTS, *written])
    return True


def teardown(platform: PlatformRefs, package: str) -> None:
    """Delete the online tables and the registry of a product's package, so that nothing of Feast outlives it.

    Without a registry there is nothing to delete: an `up` that failed early has come no further.
    """
    if not aws.has_object(platform, platform.features_bucket, registry_key(package)):
        return
    open_store(platform, package).teardown()  # type: ignore[no-untyped-call] # Feast types some of its methods
    records = (freshness_key(package), materialization_key(package))
    for key in (registry_key(package), *records):  # Feast empties its file and leaves it
        aws.s3(platform).delete_object(Bucket=platform.features_bucket, Key=key)
    steps.forget(platform, package, STEP)


def _inputs_key(lake: "Lake", names: tuple[str, ...]) -> str:
    loaded = steps.recorded(lake.platform, lake.package, steps.LOAD)
    there = steps.versions(lake.platform, lake.package, names)
    if loaded is None or any(there[name] != loaded.tables.get(name) for name in names):
        raise SixfoldError(
            f"{', '.join(names)} are not as a load left them",
            remedy=f"load the data again, which finishes what was left: `sixfold data load {lake.product}`",
        )
    return content_key(*(lake.facts(name).get("content", "") for name in names))


def _is_copied(lake: "Lake", inputs: tuple[str, ...], done: steps.Done | None, code: str) -> bool:
    """Say whether all that the feature tables have now, by these definitions, is online."""
    if done is None or done.key != code or not is_online(lake.platform, lake.package):
        return False
    left = {name: place for name, place in done.tables.items() if name not in inputs}
    return steps.versions(lake.platform, lake.package, left) == left


class _Written(NamedTuple):
    """A table: its newest event, and from when on the online store may lack its rows; None where it lacks none."""

    newest: datetime
    since: datetime | None


def _write_tables(
    lake: "Lake", definitions: FeaturesModule, key: str, progress: Progress, *, copied: bool
) -> dict[str, _Written]:
    """Write the months of the tables that are not as they were."""
    from models.features.months import EPOCH, changed, write  # noqa: PLC0415 - a run with nothing to do does not wait

    keys = {view.batch_source.name: view.join_keys for view in definitions.VIEWS}
    written: dict[str, _Written] = {}
    for spec, frame in definitions.tables(lake.read).items():
        if frame.is_empty():
            raise SixfoldError(
                f"{spec.name} would have no rows: a model would be trained, and asked, without any of its features",
                remedy=f"look at what {', '.join(definitions.INPUTS)} have: `sixfold data quarantine {lake.product}` "
                "shows the rows that were left out",
            )
        newest: datetime = frame["event_timestamp"].max()  # type: ignore[assignment] # polars types max as any literal
        found = changed(lake, spec, frame)
        since = found.since(lake, spec, frame, keys.get(spec.name, ())) if copied else EPOCH
        written[spec.name] = _Written(newest, since)
        if lake.facts(spec.name).get("content") != key:
            write(lake, spec, frame, found, {"content": key, "newest-event": newest.isoformat()})
        what = "all" if found.whole else ", ".join(f"{month:%Y-%m}" for month in found.months) or "none"
        progress(f"{spec.name}: {frame.height:,} rows; months written: {what}")
    return written


def _materialize(
    platform: PlatformRefs,
    package: str,
    definitions: FeaturesModule,
    written: dict[str, _Written],
    progress: Progress,
) -> None:
    """Publish the definitions, and copy the newest row of each entity to the online store, where it may be another."""
    store = open_store(platform, package)
    begin(platform, package)
    store.apply([*definitions.ENTITIES.values(), *definitions.VIEWS, definitions.SERVICE])
    newest = max(table.newest for table in written.values())
    lacking = {view.name: written[view.batch_source.name].since for view in definitions.VIEWS}
    with contextlib.redirect_stdout(io.StringIO()):  # Feast prints its progress
        for since in sorted({since for since in lacking.values() if since}):
            views = [name for name, from_when in lacking.items() if from_when == since]
            store.materialize(since, newest + timedelta(seconds=1), feature_views=views)
    fresh = Freshness(newest, datetime.now(UTC))
    end(platform, package, fresh)
    copied = sum(since is not None for since in lacking.values())
    progress(f"{copied} of {len(lacking)} feature views copied, newest event {fresh.newest_event.isoformat()}")
