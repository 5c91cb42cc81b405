"""Opens a platform's feature store: definitions in S3, newest values in DynamoDB, history in the lake."""

import os
from typing import TYPE_CHECKING

from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    from feast import FeatureStore

REGISTRY = "registry.pb"
REGISTRY_CACHE_SECONDS = 600


def open_store(platform: PlatformRefs) -> "FeatureStore":
    """Return Feast on a platform; nothing of it is kept in a file.

    Feast takes the endpoint of its registry from the environment alone.
    """
    if platform.aws_endpoint:
        os.environ["FEAST_S3_ENDPOINT_URL"] = platform.aws_endpoint
    os.environ.setdefault("AWS_DEFAULT_REGION", platform.region)
    from feast import FeatureStore, RepoConfig  # noqa: PLC0415 - takes seconds; whoever only asks for something to do does not wait

    from models.offline import IcebergOfflineStore  # noqa: PLC0415 - the same

    config = RepoConfig(
        project=platform.feature_project,
        provider="local",
        registry={
            "path": f"s3://{platform.features_bucket}/{REGISTRY}",
            "cache_ttl_seconds": REGISTRY_CACHE_SECONDS,
        },
        online_store={"type": "dynamodb", "region": platform.region, "endpoint_url": platform.aws_endpoint},
        offline_store={
            "type": f"{IcebergOfflineStore.__module__}.{IcebergOfflineStore.__name__}",
            "platform": platform.model_dump(),
        },
        materialization={"pull_latest_features": True},
        entity_key_serialization_version=3,
    )
    return FeatureStore(config=config)
