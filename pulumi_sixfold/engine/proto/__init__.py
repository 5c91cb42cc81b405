"""The plugin protocol's messages: the files that the SDK ships in `pulumi/runtime/proto`, as a package of our own.

`import pulumi` loads the whole SDK, 0.7 s of the start of a process that needs only these. The generated files import
each other relatively, so that they can be loaded from their folder under any name; nothing is imported to find it.
"""

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

__all__ = ["plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]


def _folder() -> str:
    spec = PathFinder.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"pulumi is not installed beside {sys.executable}; run `pip install pulumi`")
    return str(Path(spec.submodule_search_locations[0]) / "runtime" / "proto")


if not TYPE_CHECKING:
    __path__ = [_folder()]
    from . import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
