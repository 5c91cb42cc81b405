"""Reads features online, by entity: the only part of `models` that serving may import."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from models import aws
from models.features.past import PastReader
from models.features.store import open_store
from sixfold.contract import Product
from sixfold.moments import moment_of
from sixfold.outputs import PlatformRefs


def freshness_key(package: str) -> str:
    """Return the key, in the bucket of the features, of the record of a product's last copy."""
    return f"{package}/freshness.json"


@dataclass(frozen=True)
class Freshness:
    """The newest event that the online features know of, and when they were copied to the online store."""

    newest_event: datetime
    materialized_at: datetime


class OnlineReader:
    """Keeps one Feast store open for the life of a process.

    Args:
        platform: where the features are.
        product: whose features; its name is that of its feature service.

    Raises:
        feast.errors.FeatureServiceNotFoundException: the features of the product were never built.

    """

    def __init__(self, platform: PlatformRefs, product: Product) -> None:
        self._platform, self._package = platform, product.package
        self._store = open_store(platform, product.package)
        self._service = self._store.get_feature_service(product.name)

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features, in the order of the service's definition."""
        return tuple(field.name for view in self._service.feature_view_projections for field in view.features)

    def read(self, rows: list[dict[str, str]], at: datetime | None = None) -> list[dict[str, float | None]]:
        """Return the features of each row, given its entity keys; None for what the store does not know.

        A replay asks for a moment of the past, and gets what was known then.
        """
        if not rows:
            return []
        if at is not None:
            return self._past.read(rows, at)
        found = self._store.get_online_features(features=self._service, entity_rows=rows).to_dict()
        columns = [found[name] for name in self.feature_names]
        return [dict(zip(self.feature_names, values, strict=True)) for values in zip(*columns, strict=True)]

    @cached_property
    def _past(self) -> PastReader:
        views = (self._store.get_feature_view(each.name) for each in self._service.feature_view_projections)
        return PastReader(self._platform, self._package, views)

    def freshness(self) -> Freshness:
        """Return the time of the newest online features, and of their copy."""
        key = freshness_key(self._package)
        found = aws.s3(self._platform).get_object(Bucket=self._platform.features_bucket, Key=key)
        fresh = json.loads(found["Body"].read())
        return Freshness(**{name: moment_of(value) for name, value in fresh.items()})
