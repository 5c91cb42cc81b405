"""The whole of the plugin protocol: what the engine calls, answered for every handler alike.

Written on the SDK's generated protocol, since its experimental base class cannot report a part-done create, and runs
blocking calls one after the other. The protocol is described in pulumi's `proto/pulumi/provider.proto`.
"""
# ruff: noqa: N802, ARG002, D102 - names and arguments are the protocol's, and it describes them

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from threading import Event
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from pulumi_sixfold.engine.failure import PartDoneError, reported
from pulumi_sixfold.engine.proto import plugin_pb2, provider_pb2_grpc
from pulumi_sixfold.engine.proto import provider_pb2 as pb
from pulumi_sixfold.engine.schema import package_schema
from pulumi_sixfold.engine.wire import Properties, decode, encode
from pulumi_sixfold.kit.args import (
    UNKNOWN,
    Args,
    InvalidArgs,
    is_later,
)
from pulumi_sixfold.kit.deadline import within
from pulumi_sixfold.kit.difference import changes
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.handler import Handler, ProviderArgs, State
from pulumi_sixfold.kit.lookup import Lookup
from pulumi_sixfold.kit.migration import STAMP, migrated, stamped
from pulumi_sixfold.kit.naming import owner, physical_name

AnyHandler = Handler[Any]

_KINDS = {
    ("add", False): pb.PropertyDiff.ADD,
    ("add", True): pb.PropertyDiff.ADD_REPLACE,
    ("delete", False): pb.PropertyDiff.DELETE,
    ("delete", True): pb.PropertyDiff.DELETE_REPLACE,
    ("update", False): pb.PropertyDiff.UPDATE,
    ("update", True): pb.PropertyDiff.UPDATE_REPLACE,
}


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves handlers to the engine; each call runs in a thread of its own."""

    def __init__(self, handlers: Iterable[type[AnyHandler]], lookups: Mapping[str, Lookup] | None = None) -> None:
        self._lookups = lookups or {}
        self._types = {handler.facts.token: handler for handler in handlers}
        self._handlers: dict[str, AnyHandler] = {}
        self._cancelled = Event()
        self.marked: dict[tuple[str, str], frozenset[str]] = {}

    def explained(self, error: Exception) -> str:
        """Return the cause and the remedy of an error that one of the handlers knows; empty for any other."""
        return next(filter(None, (handler.explained(error) for handler in self._types.values())), "")

    @reported
    def Handshake(
        self, request: pb.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    @reported
    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()  # no version: the plugin is always the one beside the program

    @reported
    def GetSchema(self, request: pb.GetSchemaRequest, context: grpc.ServicerContext) -> pb.GetSchemaResponse:
        return pb.GetSchemaResponse(schema=json.dumps(package_schema(self._types.values(), self._lookups.values())))

    @reported
    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._cancelled.set()
        return Empty()

    @reported
    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        news = decode(request.news)
        # The stack's configuration of the namespace `sixfold` arrives here as well, so that the rest is left out.
        known = {name: value for name, value in news.values.items() if name in ProviderArgs.model_fields}
        return _checked(ProviderArgs, Properties(known, news.secrets))

    @reported
    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        old, new = decode(request.old_inputs).values, decode(request.news).values
        return _difference(old, new, frozenset({"region", "endpoint", "account"}), frozenset())

    @reported
    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        given = decode(request.args).values
        settings = ProviderArgs.model_validate({k: v for k, v in given.items() if k in ProviderArgs.model_fields})
        self._handlers = {token: handler(settings, self._cancelled) for token, handler in self._types.items()}
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @reported
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        handler = self._handler(request)
        news, old = decode(request.news), migrated(handler, decode(request.olds).values)
        self.marked |= {(request.urn, name): texts for name, texts in news.marked.items()}
        try:
            args = handler.facts.args.model_validate(
                {name: value for name, value in news.values.items() if name != STAMP}
            )
        except InvalidArgs as invalid:
            return _refused(invalid)
        settled = stamped(handler, _settle(handler, request.urn, args, old))
        return pb.CheckResponse(inputs=encode(settled, news.secrets | handler.facts.secrets))

    @reported
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        handler = self._handler(request)
        old, new = (migrated(handler, decode(given).values) for given in (request.old_inputs, request.news))
        new = handler.facts.in_old_words(old, new)
        return _difference(old, new, handler.facts.create_only, handler.facts.identity)

    @reported
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        handler, news = self._handler(request), decode(request.properties)
        if request.preview:
            outputs: dict[str, Any] = dict.fromkeys(handler.facts.outputs, UNKNOWN)
            return pb.CreateResponse(properties=_properties(handler, news, outputs))
        args = _args(handler, news)
        mine = owner(request.urn)
        with _time_for(handler, request):
            resource_id = _create(handler, mine, args)
            try:
                handler.update(mine, resource_id, args)
                outputs = _outputs(handler.read(resource_id))
            except Exception as error:
                raise _part_done(handler, resource_id, news, error) from error
        return pb.CreateResponse(id=resource_id, properties=_properties(handler, news, outputs))

    @reported
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        handler, old = self._handler(request), decode(request.inputs)
        old = Properties(migrated(handler, old.values), old.secrets)
        state = handler.read(request.id)
        if state is None:
            return pb.ReadResponse()
        inputs = _inputs(handler, state, old)
        return pb.ReadResponse(
            id=request.id,
            inputs=encode(inputs.values, inputs.secrets),
            properties=_properties(handler, inputs, dict(state.outputs)),
        )

    @reported
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        handler, news = self._handler(request), decode(request.news)
        if request.preview:
            kept = {k: v for k, v in decode(request.olds).values.items() if k in handler.facts.outputs}
            return pb.UpdateResponse(properties=_properties(handler, news, kept))
        try:
            with _time_for(handler, request):
                handler.update(owner(request.urn), request.id, _args(handler, news))
            outputs = _outputs(handler.read(request.id))
        except Exception as error:
            part = _part_done(handler, request.id, news, error)
            if not changes(migrated(handler, decode(request.old_inputs).values), part.inputs.values):
                raise  # nothing was changed: the old state is still the truth
            raise part from error
        return pb.UpdateResponse(properties=_properties(handler, news, outputs))

    @reported
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        handler, last = self._handler(request), decode(request.old_inputs).values
        with _time_for(handler, request):
            # An older version, or a refresh, wrote these: what is not valid today must not stand in the way.
            handler.delete(request.id, handler.facts.args.recalled(migrated(handler, last)))
        return Empty()

    @reported
    def Invoke(self, request: pb.InvokeRequest, context: grpc.ServicerContext) -> pb.InvokeResponse:
        lookup = self._lookups.get(request.tok)
        if lookup is None:
            raise ProviderError(
                f"there is no look-up {request.tok!r}", remedy="docs/reference/provider-types.md lists those there are"
            )
        try:
            found: Any = {"return": encode(lookup.answer(self._handlers, decode(request.args).values))}
        except InvalidArgs as invalid:
            return pb.InvokeResponse(failures=_refused(invalid).failures)
        return pb.InvokeResponse(**found)

    def _handler(self, request: Any) -> AnyHandler:  # noqa: ANN401 - any request that has a URN
        token = request.type or request.urn.split("::")[2].rsplit("$", 1)[-1]
        if token not in self._handlers:
            raise ProviderError(
                f"the sixfold provider has no resource type {token!r}",
                remedy=f"use one of {', '.join(sorted(self._handlers))}",
            )
        return self._handlers[token]


def _time_for(handler: AnyHandler, request: Any) -> AbstractContextManager[None]:  # noqa: ANN401 - of three kinds
    """Give an operation the seconds of its `custom_timeouts`, which are 0 where there are none."""
    return within(request.timeout or handler.facts.timeout_s)


def _create(handler: AnyHandler, mine: str, args: Args) -> str:
    """Create; where the answer was lost, once more: that adopts what the first one made."""
    try:
        return handler.create(mine, args)
    except Exception as error:
        if not handler.may_have_made(error):
            raise
    return handler.create(mine, args)


def _settle(handler: AnyHandler, urn: str, args: Args, old: Mapping[str, Any]) -> dict[str, Any]:
    """Return all inputs with their defaults, and the physical name that they lead to."""
    settled, name = {**args.properties(), **handler.defaults(args)}, handler.facts.name_property
    if name not in handler.facts.args.model_fields or name in settled:
        return settled
    fixed = {key: settled[key] for key in sorted(handler.facts.create_only - {name}) if key in settled}
    if is_later(fixed):
        return {**settled, name: UNKNOWN}
    if name in old and fixed == {key: old[key] for key in fixed if key in old}:
        return {**settled, name: old[name]}  # an imported resource keeps the name it came with
    limit, separator = handler.facts.name_limit, handler.facts.name_separator
    return {**settled, name: physical_name(urn, handler.scope, fixed, limit=limit, separator=separator)}


def _checked(model: type[Args], news: Properties) -> pb.CheckResponse:
    try:
        return pb.CheckResponse(inputs=encode(model.model_validate(news.values).properties(), news.secrets))
    except InvalidArgs as invalid:
        return _refused(invalid)


def _refused(invalid: InvalidArgs) -> pb.CheckResponse:
    return pb.CheckResponse(failures=[pb.CheckFailure(property=path, reason=why) for path, why in invalid.failures])


def _difference(
    old: Mapping[str, Any], new: Mapping[str, Any], fixed: frozenset[str], identity: frozenset[str]
) -> pb.DiffResponse:
    """Compare the inputs of last time with the new ones. Pure."""
    found = {path: (re.split(r"[.\[]", path)[0], change) for path, change in changes(old, new).items()}
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if found else pb.DiffResponse.DIFF_NONE,
        diffs=sorted({name for name, _ in found.values()}),
        replaces=sorted({name for name, _ in found.values()} & fixed),
        detailedDiff={
            path: pb.PropertyDiff(kind=_KINDS[change, name in fixed], inputDiff=True)
            for path, (name, change) in found.items()
        },
        hasDetailedDiff=True,
        # Whatever replaces it, a second one of the same identity would be adopted as the first, and then deleted.
        deleteBeforeReplace=bool(identity) and all(old.get(name) == new.get(name) for name in identity),
    )


def _args(handler: AnyHandler, given: Properties) -> Args:
    known = {name: value for name, value in given.values.items() if name in handler.facts.args.model_fields}
    return handler.facts.args.model_validate(known)


def _properties(handler: AnyHandler, inputs: Properties, outputs: dict[str, Any]) -> Any:  # noqa: ANN401 - a Struct
    """Return the state of a resource. The engine trusts us with secrets, so that they are marked again here."""
    return encode({**inputs.values, **outputs}, inputs.secrets | handler.facts.secrets)


def _outputs(state: State[Any] | None) -> dict[str, Any]:
    if state is None:
        raise ProviderError("it was gone right after it was made", remedy="look for who deletes it, then run again")
    return dict(state.outputs)


def _inputs(handler: AnyHandler, state: State[Any], old: Properties) -> Properties:
    """Return the read state as inputs; values that only Pulumi knows stay as they were."""
    values = handler.facts.in_old_words(old.values, state.args.properties())
    kept = {name: old.values[name] for name in handler.facts.unreadable if name in old.values}
    return Properties(stamped(handler, {**values, **kept}), old.secrets | handler.facts.secrets)


def _part_done(handler: AnyHandler, resource_id: str, news: Properties, error: Exception) -> PartDoneError:
    """Return the error with as much of the truth as can still be read."""
    try:
        state = handler.read(resource_id)
    except Exception:  # noqa: BLE001 - the first error is the one to show
        state = None
    if state is None:
        return PartDoneError(resource_id, news, {}, error)
    inputs = _inputs(handler, state, news)
    return PartDoneError(resource_id, inputs, dict(state.outputs), error)
