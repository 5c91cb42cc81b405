"""What a failed call tells the engine, and through it a person."""

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import grpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import status_pb2

from infra.providers.wire import Properties, encode
from sixfold.errors import SixfoldError

R = TypeVar("R")

# Longer texts do not fit into the headers that carry them.
_LONGEST = 6000


class PartDoneError(Exception):
    """A create or update that failed after it changed something; the engine keeps what is there in the state."""

    def __init__(self, resource_id: str, inputs: Properties, outputs: dict[str, Any], cause: Exception) -> None:
        super().__init__(sentence(cause))
        self.resource_id = resource_id
        self.inputs = inputs
        self.outputs = outputs


def sentence(error: Exception) -> str:
    """Return what went wrong and what to do. Never shows values of variables, which may be secret."""
    botocore = sys.modules.get("botocore.exceptions")
    if botocore and isinstance(error, botocore.ClientError | botocore.BotoCoreError):
        from infra.providers.aws.failure import aws_sentence  # noqa: PLC0415 - only where botocore is loaded

        return aws_sentence(error)
    if isinstance(error, SixfoldError | PartDoneError):
        return str(error)
    frames = "".join(traceback.format_tb(error.__traceback__)[-3:])
    return f"{type(error).__name__}: {error}\n  → this is a fault in the sixfold provider; report it with:\n{frames}"


def reported(call: Callable[[Any, Any, grpc.ServicerContext], R]) -> Callable[[Any, Any, grpc.ServicerContext], R]:
    """Turn every exception of a call of the servicer into a gRPC status that the engine shows as one message."""

    @wraps(call)
    def wrapper(self: Any, request: Any, context: grpc.ServicerContext) -> R:  # noqa: ANN401 - generated messages
        try:
            return call(self, request, context)
        except Exception as error:  # noqa: BLE001 - the boundary of the process
            failure = error
        _abort(context, failure)

    return wrapper


def _abort(context: grpc.ServicerContext, error: Exception) -> NoReturn:
    text = sentence(error)[:_LONGEST]
    code = grpc.StatusCode.UNKNOWN
    if isinstance(error, PartDoneError):
        context.set_trailing_metadata((("grpc-status-details-bin", _part_done(error, text, code)),))
    context.abort(code, text)


def _part_done(error: PartDoneError, text: str, code: grpc.StatusCode) -> bytes:
    """Return the serialised status whose detail makes the engine keep the resource's id, inputs and outputs."""
    secrets = error.inputs.secrets
    detail = pb.ErrorResourceInitFailed(
        id=error.resource_id,
        inputs=encode(error.inputs.values, secrets),
        properties=encode({**error.inputs.values, **error.outputs}, secrets),
        reasons=[text],
    )
    status = status_pb2.Status(code=code.value[0], message=text)
    status.details.add().Pack(detail)
    return bytes(status.SerializeToString())
