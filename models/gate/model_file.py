"""The model file that may be published: whole in itself, since no digest covers what lies outside of a bento."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sixfold.errors import SixfoldError


def require_whole(model: Path) -> None:
    """Do nothing where an ONNX file has all of its tensors.

    Raises:
        SixfoldError: it cannot be read, or has a tensor in another file, which could be any file where it is loaded.

    """
    import onnx  # noqa: PLC0415 - half a second
    from onnx.external_data_helper import ExternalDataInfo, uses_external_data  # noqa: PLC0415

    try:
        loaded = onnx.load(model, load_external_data=False)
    except Exception as error:  # protobuf raises its own classes, all straight from Exception
        raise SixfoldError(f"{model} is no ONNX file: {error}", remedy="train the candidate again") from error
    for tensor in _tensors(loaded.graph):
        if uses_external_data(tensor):
            raise SixfoldError(
                f"{model.name} has the tensor {tensor.name!r} in another file, {ExternalDataInfo(tensor).location!r}",
                remedy="write the model as one file: `onnx.save(model, path, save_as_external_data=False)`",
            )


def _tensors(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - onnx has no types
    """Find the tensors of a graph, and of the graphs inside of its nodes."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)
