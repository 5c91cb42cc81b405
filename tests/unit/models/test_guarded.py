"""A registry that somebody else wrote: whatever can carry code is refused before Feast looks at it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from feast.protos.feast.core.Registry_pb2 import Registry

from models import aws
from models.features.store import open_store, registry_key
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs

PACKAGE = "flight_delays"


def _on_demand(registry: Registry, code: str) -> None:
    view = registry.on_demand_feature_views.add()
    view.spec.name = "late"
    view.spec.feature_transformation.user_defined_function.body_text = code


def _stream(registry: Registry, code: str) -> None:
    registry.stream_feature_views.add().spec.user_defined_function.body = code.encode()


def _source(registry: Registry, _: str) -> None:
    registry.data_sources.add().data_source_class_type = "os.path.join"


def _source_of_a_view(registry: Registry, _: str) -> None:
    registry.feature_views.add().spec.batch_source.data_source_class_type = "subprocess.Popen"


def _saved(registry: Registry, _: str) -> None:
    registry.saved_datasets.add().spec.name = "saved"


@pytest.mark.parametrize("poison", [_on_demand, _stream, _source, _source_of_a_view, _saved])
def test_a_registry_that_can_carry_code_is_refused_and_runs_nothing(
    platform: PlatformRefs, poison: Callable[[Registry, str], None], tmp_path: Path
) -> None:
    canary, registry = tmp_path / "canary", Registry()
    poison(registry, f"open({str(canary)!r}, 'w')")
    body = registry.SerializeToString()
    aws.s3(platform).put_object(Bucket=platform.features_bucket, Key=registry_key(PACKAGE), Body=body)
    with pytest.raises(SixfoldError, match="can carry code"):
        open_store(platform, PACKAGE).list_feature_views()
    assert not canary.exists()
