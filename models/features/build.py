"""Builds a product's features: tables in the lake, definitions in Feast, newest values online."""

import contextlib
import io
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

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
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)  # Feast refuses the first
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
    newest = _write_tables(lake, definitions, key, progress)
    _materialize(platform, product.package, definitions, newest, progress)
    steps.record(platform, product.package, STEP, code, [*definitions.INPUTS, *newest])
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
    keys = {lake.facts(name).get("content", "") for name in names}
    if len(keys) != 1 or "" in keys:
        raise SixfoldError(
            f"{', '.join(names)} are not of one load",
            remedy=f"load the data again, which finishes what was left: `sixfold data load {lake.product}`",
        )
    return keys.pop()


def _write_tables(lake: "Lake", definitions: FeaturesModule, key: str, progress: Progress) -> dict[str, datetime]:
    """Write the tables whose inputs have changed; return the newest event of each."""
    newest: dict[str, datetime] = {}
    for spec, frame in definitions.tables(lake.read).items():
        if frame.is_empty():
            raise SixfoldError(
                f"{spec.name} would have no rows: a model would be trained, and asked, without any of its features",
                remedy=f"look at what {', '.join(definitions.INPUTS)} have: `sixfold data quarantine {lake.product}` "
                "shows the rows that were left out",
            )
        newest[spec.name] = frame["event_timestamp"].max()  # type: ignore[assignment] # polars types max as any literal
        if lake.facts(spec.name).get("content") != key:
            lake.replace(spec, frame, {"content": key, "newest-event": newest[spec.name].isoformat()})
        progress(f"{spec.name}: {frame.height:,} rows")
    return newest


def _materialize(
    platform: PlatformRefs, package: str, definitions: FeaturesModule, newest: dict[str, datetime], progress: Progress
) -> None:
    """Publish the definitions, and copy the newest row of each entity to the online store."""
    store = open_store(platform, package)
    begin(platform, package)
    store.apply([*definitions.ENTITIES.values(), *definitions.VIEWS, definitions.SERVICE])
    with contextlib.redirect_stdout(io.StringIO()):  # Feast prints its progress
        store.materialize(_EPOCH, max(newest.values()) + timedelta(seconds=1))
    fresh = Freshness(max(newest.values()), datetime.now(UTC))
    end(platform, package, fresh)
    progress(f"{len(definitions.VIEWS)} feature views online, newest event {fresh.newest_event.isoformat()}")
