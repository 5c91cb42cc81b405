"""Feast's registry in S3, read with care: Feast executes Python that it finds in one, and imports classes by name."""

from collections.abc import Iterator

from feast.infra.registry.s3 import S3RegistryStore
from feast.protos.feast.core.Registry_pb2 import Registry
from google.protobuf.message import Message

from models.offline import IcebergSource
from sixfold.errors import SixfoldError

_CAN_CARRY_CODE = {
    "FeatureTransformationV2",
    "LabelView",
    "OnDemandFeatureView",
    "SavedDataset",
    "StreamFeatureView",
    "UserDefinedFunction",
    "UserDefinedFunctionV2",
    "ValidationReference",
}
_SOURCE = f"{IcebergSource.__module__}.{IcebergSource.__name__}"


class GuardedRegistryStore(S3RegistryStore):
    """Refuses a registry that could make Feast run something, before Feast looks at it."""

    def get_registry_proto(self) -> Registry:
        """Return the registry.

        Raises:
            SixfoldError: it has something that no product of ours defines, and that can carry code.

        """
        registry: Registry = super().get_registry_proto()  # type: ignore[no-untyped-call] # Feast types some of its methods
        found = sorted(set(_suspicious(registry)))
        if found:
            raise SixfoldError(
                f"the feature registry {self._uri.geturl()} has {', '.join(found)}, which can carry code",
                remedy="find out who wrote it; delete it, and build the features again: `sixfold data load PRODUCT`",
            )
        return registry


def _suspicious(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name == "data_source_class_type" and value != _SOURCE:
            yield f"a source of the class {value}"
        elif field.name == "infra_object_class_type" and not value.startswith("feast."):
            yield f"an object of the class {value}"
        elif field.message_type:
            if field.message_type.name in _CAN_CARRY_CODE:
                yield f"a {field.message_type.name}"
            for each in value if isinstance(value, list) or hasattr(value, "add") else [value]:
                if isinstance(each, Message):
                    yield from _suspicious(each)
