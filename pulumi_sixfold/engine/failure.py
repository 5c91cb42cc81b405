"""Failures of calls, as messages for the engine and its user."""

import json
import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, NoReturn, TypeVar

import grpc

from pulumi_sixfold.engine.proto import provider_pb2 as pb
from pulumi_sixfold.engine.proto import status_pb2
from pulumi_sixfold.engine.wire import Properties, decode, encode
from pulumi_sixfold.kit.errors import ProviderError

R = TypeVar("R")

_PROPERTIES = {"args", "inputs", "news", "old_inputs", "olds", "properties"}

# Longer texts do not fit into the headers that carry them.
_LONGEST = 6000
_SHORTEST, _NO_WORD = 4, 8  # characters of a secret


class PartDoneError(Exception):
    """A create or update that failed after it changed something; the engine keeps what is there in the state."""

    def __init__(self, resource_id: str, inputs: Properties, outputs: dict[str, Any], cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.resource_id = resource_id
        self.inputs = inputs
        self.outputs = outputs


def sentence(error: Exception, explained: Callable[[Exception], str]) -> str:
    """Return cause and remedy, with the words of `explained` where it has any. Never shows values of variables."""
    if isinstance(error, ProviderError):
        return str(error)
    frames = "".join(traceback.format_tb(error.__traceback__)[-3:])
    fault = f"{type(error).__name__}: {error}\n  → this is a fault in the sixfold provider; report it with:\n{frames}"
    return explained(error) or fault


def reported(call: Callable[[Any, Any, grpc.ServicerContext], R]) -> Callable[[Any, Any, grpc.ServicerContext], R]:
    """Turn every exception of a call of the servicer into a gRPC status that the engine shows as one message.

    The servicer's `explained` has the words for errors of the services that its handlers call, its `marked` the texts
    that the program marked as secret, by URN and property.
    """

    @wraps(call)
    def wrapper(self: Any, request: Any, context: grpc.ServicerContext) -> R:  # noqa: ANN401 - generated messages
        try:
            return call(self, request, context)
        except Exception as error:  # noqa: BLE001 - the boundary of the process
            failure = error
        cause = failure.cause if isinstance(failure, PartDoneError) else failure
        _abort(context, failure, sentence(cause, self.explained), _secrets_in(request, self.marked))

    return wrapper


def _secrets_in(request: Any, marked: Mapping[tuple[str, str], frozenset[str]]) -> set[str]:  # noqa: ANN401 - generated
    """Return the secret texts that came with a request: AWS may repeat a value in its refusal of it.

    A property with a secret inside is secret as a whole from its check on; `marked` has what the program marked of it.
    """
    found: set[str] = set()
    for name in _PROPERTIES.intersection(request.DESCRIPTOR.fields_by_name):
        given = decode(getattr(request, name))
        for secret, texts in given.marked.items():
            found.update(marked.get((getattr(request, "urn", ""), secret), texts))
    return found | {json.dumps(text)[1:-1] for text in found}


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets. The words of the text stay, of which a short secret is a part here and there.

    A secret of up to three characters hides nothing, and stands in every sentence; one of up to seven is a whole word.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            bounds = ("", "") if len(secret) >= _NO_WORD else (r"(?<![^\W_])", r"(?![^\W_])")
            text = re.sub(re.escape(secret).join(bounds), "[secret]", text)
    return text


def _abort(context: grpc.ServicerContext, error: Exception, text: str, secrets: Iterable[str]) -> NoReturn:
    text = masked(text, secrets)[:_LONGEST]
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
