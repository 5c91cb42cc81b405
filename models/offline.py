"""Feast's offline store on the lake: feature tables in Iceberg, joined point-in-time by polars.

Feast's own file stores join by a cross product per entity, which some hundred thousand rows do not fit into memory for.
Whoever opens a registry imports this module, so Iceberg and polars load on first use. The module stays where it is:
Feast's registry stores the import path of `IcebergSource`, and a store that was applied before would not be readable.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import pyarrow as pa
from feast import FeatureView, RepoConfig
from feast.data_source import DataSource
from feast.infra.offline_stores.offline_store import OfflineStore, RetrievalJob, RetrievalMetadata
from feast.infra.registry.base_registry import BaseRegistry
from feast.on_demand_feature_view import OnDemandFeatureView
from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.repo_config import FeastConfigBaseModel

from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    import polars as pl


class IcebergSource(DataSource):
    """A table of the lake: each row has the values of an entity that are known from a moment on.

    Args:
        table: its name in the lake, `layer.name`.
        timestamp_field: the column with the moment, aware and in UTC.

    """

    def __init__(self, *, table: str, timestamp_field: str, description: str = "", owner: str = "") -> None:
        super().__init__(name=table, timestamp_field=timestamp_field, description=description, owner=owner)

    def source_type(self) -> "DataSourceProto.SourceType.ValueType":
        """Return Feast's type number of a custom source."""
        return DataSourceProto.CUSTOM_SOURCE

    @staticmethod
    def from_proto(data_source: DataSourceProto) -> "IcebergSource":
        """Read the source back from Feast's registry."""
        return IcebergSource(
            table=data_source.name,
            timestamp_field=data_source.timestamp_field,
            description=data_source.description,
            owner=data_source.owner,
        )

    def _to_proto_impl(self) -> DataSourceProto:
        return DataSourceProto(
            name=self.name,
            type=DataSourceProto.CUSTOM_SOURCE,
            data_source_class_type=f"{__name__}.{type(self).__name__}",
            timestamp_field=self.timestamp_field,
            description=self.description,
            owner=self.owner,
        )

    def validate(self, config: RepoConfig) -> None:
        """Accept the source: its table is written by the step that applies the definitions."""

    @staticmethod
    def source_datatype_to_feast_value_type() -> Callable[[str], Any]:
        """Refuse: feature views name their types.

        Raises:
            NotImplementedError: a feature view without a schema asked for the types.

        """
        raise NotImplementedError("give the feature view a schema")


class IcebergOfflineStoreConfig(FeastConfigBaseModel):
    """The lake and the product whose tables the offline store reads."""

    type: Literal["models.offline.IcebergOfflineStore"] = "models.offline.IcebergOfflineStore"
    platform: PlatformRefs
    package: str


class IcebergJob(RetrievalJob):
    """A query that runs when its result is asked for."""

    def __init__(self, query: "Callable[[], pl.DataFrame]", metadata: RetrievalMetadata | None = None) -> None:
        self._query = query
        self._metadata = metadata

    @property
    def full_feature_names(self) -> bool:
        """Feature names are unique in this store and carry no prefix."""
        return False

    @property
    def on_demand_feature_views(self) -> list[OnDemandFeatureView]:
        """None: features of the request alone are computed by the product's own pure function."""
        return []

    @property
    def metadata(self) -> RetrievalMetadata | None:
        """Metadata of the query."""
        return self._metadata

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:  # noqa: ARG002 - a local query has none
        from polars import CompatLevel  # noqa: PLC0415 - see the module

        return self._query().to_arrow(compat_level=CompatLevel.oldest())

    def _to_df_internal(self, timeout: int | None = None) -> pd.DataFrame:
        return self._to_arrow_internal(timeout).to_pandas()


class IcebergOfflineStore(OfflineStore):
    """Joins features as known at a moment, and finds the newest row of each entity, for Feast."""

    @staticmethod
    def get_historical_features(
        config: RepoConfig,
        feature_views: list[FeatureView],
        feature_refs: list[str],
        entity_df: pd.DataFrame,
        registry: BaseRegistry,  # noqa: ARG004 - Feast's signature
        project: str,  # noqa: ARG004 - Feast's signature
        full_feature_names: bool = False,  # noqa: ARG004, FBT001, FBT002 - Feast's signature
    ) -> IcebergJob:
        """Return each row of `entity_df` with the newest features at or before its `event_timestamp`."""
        wanted_of = {
            view.name: [feature for name, feature in (ref.split(":") for ref in feature_refs) if name == view.name]
            for view in feature_views
        }

        def query() -> "pl.DataFrame":
            import polars as pl  # noqa: PLC0415 - see the module

            from models.features.historical import join_as_of  # noqa: PLC0415 - the same

            joined = pl.from_pandas(entity_df)
            for view in feature_views:
                source: Any = view.batch_source
                known = _lake(config).read(source.name).rename({source.timestamp_field: "event_timestamp"})
                wanted = known.select(*view.join_keys, "event_timestamp", *wanted_of[view.name])
                joined = join_as_of(joined, wanted, view.join_keys, view.ttl)
            return joined

        return IcebergJob(query, RetrievalMetadata(features=feature_refs, keys=list(entity_df.columns)))

    @staticmethod
    def pull_latest_from_table_or_query(
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None,  # noqa: ARG004 - Feast's signature
        start_date: datetime,
        end_date: datetime,
    ) -> IcebergJob:
        """Return the newest row of each entity between two moments."""

        def query() -> "pl.DataFrame":
            import polars as pl  # noqa: PLC0415 - see the module

            rows: pl.DataFrame = _lake(config).read(data_source.name)
            within = rows.filter(pl.col(timestamp_field).is_between(start_date, end_date)).sort(timestamp_field)
            newest = within.unique(join_key_columns, keep="last", maintain_order=True)
            return newest.select(*join_key_columns, *feature_name_columns, timestamp_field)

        return IcebergJob(query)


def _lake(config: RepoConfig) -> Any:  # noqa: ANN401 - the type would import Iceberg
    from models.lake import Lake  # noqa: PLC0415 - see the module

    return Lake(config.offline_store.platform, config.offline_store.package)
