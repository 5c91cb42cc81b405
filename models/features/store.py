"""Opens a product's feature store: definitions in S3, newest values in DynamoDB, history in the lake.

Each product is a Feast project with a registry of its own, so that no name, load or removal of one reaches another's.
"""

import os
from typing import TYPE_CHECKING

from models.features.online import project_of
from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    from feast import FeatureStore

OF_ALL = ""
"""In place of a package: the one project that all products shared before each had its own."""
REGISTRY_CACHE_SECONDS = 600


def registry_key(package: str) -> str:
    """Return the key of a product's registry in the bucket of the features."""
    return f"{package}/registry.pb".removeprefix("/")


def open_store(platform: PlatformRefs, package: str) -> "FeatureStore":
    """Return the Feast store of a product's package; nothing of it is kept in a file.

    Feast takes the endpoint of its registry from the environment alone.
    """
    if platform.aws_endpoint:
        os.environ["FEAST_S3_ENDPOINT_URL"] = platform.aws_endpoint
    os.environ.setdefault("AWS_DEFAULT_REGION", platform.region)
    from feast import FeatureStore, RepoConfig  # noqa: PLC0415 - takes seconds; whoever only asks for something to do does not wait

    from models.features.guarded import GuardedRegistryStore  # noqa: PLC0415 - the same
    from models.offline import IcebergOfflineStore  # noqa: PLC0415 - the same

    config = RepoConfig(
        project=project_of(platform, package),
        provider="local",
        registry={
            "registry_store_type": f"{GuardedRegistryStore.__module__}.{GuardedRegistryStore.__name__}",
            "path": f"s3://{platform.features_bucket}/{registry_key(package)}",
            "cache_ttl_seconds": REGISTRY_CACHE_SECONDS,
        },
        online_store={"type": "dynamodb", "region": platform.region, "endpoint_url": platform.aws_endpoint},
        offline_store={
            "type": f"{IcebergOfflineStore.__module__}.{IcebergOfflineStore.__name__}",
            "platform": platform.model_dump(),
            "package": package,
        },
        materialization={"pull_latest_features": True},
        entity_key_serialization_version=3,
    )
    return FeatureStore(config=config)
