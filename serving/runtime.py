"""The parts of a release process, assembled: model, feature look-up, prediction log, mirror and metrics."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from prometheus_client import CollectorRegistry, ProcessCollector
from pydantic import TypeAdapter

from models.candidate import Signature
from serving.callers import Callers
from serving.lookup import THREADS, Lookup, Reader
from serving.metrics import Identity, Metrics
from serving.mirror import Mirror
from serving.model import Model
from serving.online import OnlineReader
from serving.parsing import Batch
from serving.prediction_log import BufferedLog, Counts
from serving.predictor import Predictor, Served
from serving.rates import Rates
from serving.room import Room
from serving.settings import Settings, read_bento
from serving.tables import writer
from sixfold import prediction_log as log
from sixfold.consumers import UNKNOWN
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.keyring import Keyring
from sixfold.outputs import feedback_table
from sixfold.product import ServiceModule, load_code
from sixfold.registry.keyrings import Keyrings
from sixfold.release import SHORT

_PATIENCE = 4  # a right answer after the objective is better than a quick one without features, but not for ever


class Runtime:
    """One release, loaded and ready.

    Args:
        settings: which release and platform.
        product: the contract in the bento.
        code: the product's own functions.
        model: the loaded model.
        signature: the model's inputs.
        open_reader: opens the online store.
        read_keyring: reads the product's keyring.

    """

    def __init__(
        self,
        *,
        settings: Settings,
        product: Product,
        code: ServiceModule,
        model: Model,
        signature: Signature,
        open_reader: Callable[[], Reader],
        read_keyring: Callable[[], Keyring],
    ) -> None:
        self.product, self.settings, self.code = product, settings, code
        self.short = settings.release[:SHORT]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        labels = Identity(product.name, settings.api_version, self.short)
        self._names = {*(consumer.name for consumer in product.consumers), UNKNOWN}
        self.callers = Callers(read_keyring, anonymous=settings.platform.stack in product.anonymous)
        self.metrics = Metrics(labels, self._names, product.slo.latency_ms, self.registry)
        self.row: TypeAdapter[Any] = TypeAdapter(code.Row)
        self.batch: TypeAdapter[Any] = TypeAdapter(Batch[code.Row])  # type: ignore[name-defined] # known at run time
        self._lookup = Lookup(
            open_reader,
            deadline_s(product),
            max_age_s=60 * product.limits.max_feature_age_minutes,
            count_error=self.metrics.lookup_errors.inc,
        )
        self.predictor = Predictor(code, signature, model, self._lookup, self.metrics)
        self.mirror = Mirror(self.metrics.mirrored)
        limits = {consumer.name: consumer.limits for consumer in product.consumers}
        self.rates, self.room = Rates(limits), Room(limits)
        self._predictions = self._log(product.package, log.PREDICTIONS)
        self._feedback = self._log(feedback_table(product.package), log.FEEDBACK)
        self._reports = self._log(settings.platform.table(product.package, log.REPORTS_TABLE)[1], log.REPORTS)

    def log(self, served: Sequence[Served], consumer: str, shadow_of: datetime | None = None) -> None:
        """Hand predictions to their log; a shadow has the time of the prediction that was answered."""
        about = self._about(consumer) | {log.RELEASE: self.settings.release}
        if shadow_of:
            served = [each._replace(time=shadow_of, shadow=True) for each in served]
        self._predictions.add([about | each.logged() for each in served])

    def feed_back(self, prediction_id: UUID, label: float, consumer: str, at: datetime | None = None) -> None:
        """Hand a label to its log."""
        row = {log.PREDICTION_ID: str(prediction_id), log.TIME: at or datetime.now(UTC), log.LABEL: label}
        self._feedback.add([self._about(consumer) | row])

    def report(self, prediction_id: UUID, comment: str, consumer: str) -> str:
        """Hand a consumer's report of an unexpected prediction to its log, count it, and return its id."""
        report_id = str(uuid4())
        row = {log.REPORT_ID: report_id, log.PREDICTION_ID: str(prediction_id), log.COMMENT: comment}
        self._reports.add([self._about(consumer) | row | {log.TIME: datetime.now(UTC)}])
        self.metrics.reports(consumer).inc()
        return report_id

    async def warm_up(self) -> None:
        """Read the features of the contract's example: the first read opens connections, and takes its time."""
        example = self.row.validate_json(json.dumps(self.product.example))
        await self._lookup.read([self.code.entities(example)])

    def measure_freshness(self) -> None:
        """Set the metric of the online features' age. An error of the store is raised."""
        age = self._lookup.age_s()  # before the series is made: one without a value would say 0
        self.metrics.freshness().set(age)

    def close(self) -> None:
        """Write what is still in memory."""
        self.mirror.close()
        self.callers.close()
        self._lookup.close()
        self._predictions.close()
        self._feedback.close()
        self._reports.close()

    def _about(self, consumer: str) -> dict[str, Any]:
        return {log.PRODUCT: self.product.name, log.API_VERSION: self.settings.api_version, log.CONSUMER: consumer}

    def _log(self, table: str, columns: Mapping[str, str]) -> BufferedLog:
        counts = Counts(self.metrics.written(table), self.metrics.shed(table), self.metrics.pending(table))
        return BufferedLog(writer(self.settings.platform, self.settings.home, table, columns), counts, self._names)


def load() -> Runtime:
    """Load the release that this code lies in, with the settings of the environment."""
    settings = Settings.read()
    product, candidate, path = read_bento()
    code = load_code(product).service
    require_all_features(candidate, code)
    return Runtime(
        settings=settings,
        product=product,
        code=code,
        model=Model(path, len(candidate.features)),
        signature=candidate,
        open_reader=lambda: OnlineReader(
            settings.platform, product.package, candidate.views, within_s=deadline_s(product), connections=THREADS
        ),
        read_keyring=partial(Keyrings(settings.platform).read, product.name),
    )


def require_all_features(candidate: Signature, code: ServiceModule) -> None:
    """Do nothing where every feature of the model has a place to come from.

    Raises:
        SixfoldError: one has none; the release would answer without it for ever.

    """
    known = {*code.REQUEST_FEATURES, *(name for view in candidate.views for name in view.features)}
    missing = [name for name in candidate.features if name not in known]
    if missing:
        raise SixfoldError(
            f"the candidate of this release does not say where its features {', '.join(missing)} are read",
            remedy="it was trained before candidates had `views`: train another one, and release that",
        )


def deadline_s(product: Product) -> float:
    """Return the seconds that a prediction waits for its features."""
    return _PATIENCE * product.slo.latency_ms / 1000
