"""Metrics of one release process. Names and labels are a contract with the alert rules: docs/reference/metrics.md."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from serving.mirror import Counts
from sixfold.metric_names import (
    FALLBACK,
    FEATURE_FRESHNESS,
    FEATURE_MISSING,
    FEATURE_ROWS,
    FEEDBACK,
    LOG_PENDING,
    LOG_SHED,
    LOG_WRITTEN,
    LOOKUP_ERRORS,
    MIRRORED,
    PREDICTIONS,
    REPORTS,
    REQUEST_SECONDS,
    REQUESTS,
    ROW_ERRORS,
    SHADOW_REQUESTS,
)

BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Identity(NamedTuple):
    """Labels of all series; `release` is the short digest."""

    product: str
    api_version: str
    release: str


class Metrics:
    """Every metric, its label children resolved once: finding one costs more than counting does.

    Args:
        identity: the labels that all metrics of this process share.
        consumers: everyone who may be counted as one.
        latency_ms: the objective's latency, made a bucket, so that the share of faster answers is exact.
        registry: where they are registered; one a process.

    """

    def __init__(
        self, identity: Identity, consumers: Iterable[str], latency_ms: float, registry: CollectorRegistry
    ) -> None:
        names, buckets = Identity._fields, sorted({*BUCKETS_S, latency_ms / 1000})

        def counter(name: str, meaning: str, *labels: str) -> Counter:
            return Counter(name, meaning, (*names, *labels), registry=registry)

        requests = counter(REQUESTS, "Predict requests, by consumer and HTTP status", "consumer", "code")
        feedback = counter(FEEDBACK, "Feedback requests, by consumer and HTTP status", "consumer", "code")
        reports = counter(REPORTS, "Reports of unexpected predictions, by consumer", "consumer")
        shadows = counter(SHADOW_REQUESTS, "Requests that another release answered, by HTTP status", "code")
        mirrored = counter(MIRRORED, "Copies of requests for other releases, by outcome", "outcome")
        missing = counter(FEATURE_MISSING, "Rows for which the online store had no value", "feature")
        fallback = counter(FALLBACK, "Predictions made without some features, by reason", "reason")
        sources = counter(FEATURE_ROWS, "Rows predicted, by the place where their features were found", "source")
        refused = counter(ROW_ERRORS, "Rows that the schema accepts and the product's code raised on")
        errors = counter(LOOKUP_ERRORS, "Feature look-ups that an error of the release's code ended")
        written = counter(LOG_WRITTEN, "Rows written to the lake", "table")
        shed = counter(LOG_SHED, "Rows given up because the lake was too slow", "table")
        pending = Gauge(LOG_PENDING, "Rows in memory", (*names, "table"), registry=registry)
        timed = (*names, "consumer")
        seconds = Histogram(REQUEST_SECONDS, "Time to answer", timed, buckets=buckets, registry=registry)
        freshness = Gauge(FEATURE_FRESHNESS, "Age of the online features", ("product",), registry=registry)
        self.requests = cache(lambda consumer, code: requests.labels(*identity, consumer, code))
        self.feedback = cache(lambda consumer, code: feedback.labels(*identity, consumer, code))
        self.reports = cache(lambda consumer: reports.labels(*identity, consumer))
        self.shadows = cache(lambda code: shadows.labels(*identity, code))
        self.mirrored = Counts(*(mirrored.labels(*identity, outcome) for outcome in Counts._fields))
        self.missing = cache(lambda feature: missing.labels(*identity, feature))
        self.fallback = cache(lambda reason: fallback.labels(*identity, reason))
        self.feature_rows = cache(lambda source: sources.labels(*identity, source))
        self.row_errors = refused.labels(*identity)
        self.lookup_errors = errors.labels(*identity)
        self.written = cache(lambda table: written.labels(*identity, table))
        self.shed = cache(lambda table: shed.labels(*identity, table))
        self.pending = cache(lambda table: pending.labels(*identity, table))
        self.seconds = cache(lambda consumer: seconds.labels(*identity, consumer))
        self.predictions = counter(PREDICTIONS, "Rows predicted").labels(*identity)
        self.freshness = cache(lambda: freshness.labels(identity.product))  # no series before the age is known
        # a rate cannot see a series appear with its first value: what must not be missed exists from the start, at zero
        for reason in ("missing", "store"):
            self.fallback(reason)
        for consumer in consumers:
            self.reports(consumer)
            self.seconds(consumer)
            for code in ("200", "500", "503"):
                self.requests(consumer, code)
