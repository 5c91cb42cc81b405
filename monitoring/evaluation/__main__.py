"""The live evaluation, exported to Prometheus: `python -m monitoring.evaluation --port N`. One process a stack."""

import argparse
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from models.candidate import Signature
from monitoring import contracts
from monitoring.evaluation.collector import EvaluationCollector, Found
from monitoring.evaluation.drifting import Drift, drifts
from monitoring.evaluation.idle import Idle
from monitoring.evaluation.reported import Reported, Reports
from monitoring.evaluation.run import Evaluator
from monitoring.evaluation.skew import Skew, skew
from monitoring.evaluation.source import Source
from monitoring.exporter import create_app
from monitoring.log_maintenance import tidy
from monitoring.server import run
from serving.settings import platform
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.releases import Registry
from sixfold.wire import ENV_HOME

EVERY_S = 15.0
SLOW_EVERY_S = 60.0
TIDY_EVERY_S = 600.0
_log = logging.getLogger("sixfold.evaluation")


def signatures(registry: Registry, product: str) -> Callable[[str], Signature]:
    """Return a function from a short digest to what that release says of its training; each is fetched once."""

    @cache
    def of(release: str) -> Signature:
        try:
            folder = registry.fetch(product, registry.resolve(product, release))
            return Signature.model_validate_json((folder / "src" / "candidate.json").read_bytes())
        except (
            SixfoldError,
            OSError,
            ValidationError,
        ) as error:  # gone from the registry, or foreign; still in the log
            _log.warning("nothing to compare release %s with: %s", release, error)
            return Signature(features=())

    return of


class Watch:
    """Evaluates one product at each call; what takes seconds, its skew and its idle consumers, at longer intervals."""

    def __init__(self, platform: PlatformRefs, product: Product, home: Path) -> None:
        self._platform, self.product = platform, product
        folder = home / "run" / "evaluation" / product.name
        self._signatures = signatures(Registry(platform, home), product.name)
        source = Source(platform, product)
        self._evaluator = Evaluator(product, source, folder, self._slices)
        self._reports = Reports(platform, product, self._slices)
        self._idle = Idle(platform, product)
        self._slow: tuple[list[Skew], dict[str, float]] = [], {}
        self._slow_at = float("-inf")

    def look(self) -> Found | None:
        """Evaluate the product now; None where nothing was ever predicted."""
        wall = datetime.now(UTC)
        evaluation = self._evaluator.run(wall)
        if evaluation is None:
            return None
        if time.monotonic() > self._slow_at + SLOW_EVERY_S:
            self._slow_at = time.monotonic()
            self._slow = self._find_skew(evaluation.now), self._find_idle(wall)
        skew, idle = self._slow
        return Found(evaluation, self._find_drifts(evaluation.sample), skew, self._find_reported(wall), idle)

    def _slices(self, release: str) -> Mapping[str, Collection[str]]:
        return self._signatures(release).slices

    def _find_reported(self, wall: datetime) -> list[Reported]:
        try:
            return self._reports.count(wall)
        except Exception as error:  # noqa: BLE001 - the metric is still there
            _log.warning("cannot count the reports of %s: %r", self.product.name, error)
            return []

    def _find_drifts(self, sample: pl.DataFrame) -> list[Drift]:
        half = timedelta(hours=self.product.metric.window_hours / 2)
        try:
            return drifts(sample, lambda release: self._signatures(release).reference, half)
        except Exception as error:  # noqa: BLE001 - the same
            _log.warning("cannot measure the drift of %s: %r", self.product.name, error)
            return []

    def _find_skew(self, now: datetime) -> list[Skew]:
        try:
            return skew(self._platform, self.product.name, now)
        except Exception as error:  # noqa: BLE001 - its series then is missing, which alerts; the metric is still there
            _log.warning("%s", error)
            return []

    def _find_idle(self, wall: datetime) -> dict[str, float]:
        try:
            return self._idle.seconds(wall)
        except Exception as error:  # noqa: BLE001 - its series then is missing, which alerts too
            _log.warning("cannot tell who called %s: %r", self.product.name, error)
            return {}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.evaluation", description="Evaluate live predictions.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    given = parser.parse_args()
    stack, collector, home = platform(), EvaluationCollector(), Path(os.environ.get(ENV_HOME, ".sixfold"))

    def keep_looking() -> None:
        watches: dict[str, Watch] = {}
        tidied: dict[str, float] = {}
        products: dict[str, Product] = {}
        while True:
            products = _contracts(products)
            for name, product in products.items():
                collector.refresh(name, partial(_look, watches, stack, product, home))
                _tidy(stack, product, home, tidied)
            time.sleep(EVERY_S)

    threading.Thread(target=keep_looking, daemon=True).start()
    run(create_app(collector), host=given.host, port=given.port)


def _contracts(last: dict[str, Product]) -> dict[str, Product]:
    """Return the contracts of the stack's products now, or the last valid ones: they may change while this runs."""
    try:
        return contracts.of_the_stack()
    except Exception as error:  # noqa: BLE001 - whatever lies in the folder, half-saved files included
        _log.warning("the contracts stay as they were: %s", error)
        return last


def _tidy(stack: PlatformRefs, product: Product, home: Path, tidied: dict[str, float]) -> None:
    if time.monotonic() < tidied.get(product.name, float("-inf")) + TIDY_EVERY_S:
        return
    tidied[product.name] = time.monotonic()
    try:
        tidy(stack, product, home)
    except Exception as error:  # noqa: BLE001 - a log that is not tidy is read all the same
        _log.warning("cannot tidy the log of %s: %s", product.name, error)


def _look(watches: dict[str, Watch], stack: PlatformRefs, product: Product, home: Path) -> Found | None:
    if product.name not in watches or watches[product.name].product != product:
        watches[product.name] = Watch(stack, product, home)
    return watches[product.name].look()


if __name__ == "__main__":
    main()
