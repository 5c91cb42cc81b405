"""A stand-in for the official `pulumi-resource-kubernetes`, for tests on machines that cannot download it.

It applies on the server's side, finds differences by a dry run, waits until things are ready, and deletes, through the
official Python client. It never serves a real stack: only the fixtures of `tests/cluster` put it on PATH. It lacks
Kustomize, YAML files and other look-ups, `…Patch` and `…List` resources, and waiting for kinds not in `ready.py`.
"""
# ruff: noqa: N802, ARG002 - names and arguments are the protocol's

import os
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib.metadata import version
from threading import Event
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from pulumi_sixfold.engine.failure import PartDoneError, reported
from pulumi_sixfold.engine.proto import plugin_pb2, provider_pb2_grpc
from pulumi_sixfold.engine.proto import provider_pb2 as pb
from pulumi_sixfold.engine.wire import Properties, decode, encode
from pulumi_sixfold.kit.difference import changes
from sixfold.errors import SixfoldError
from tests.cluster.stand_in.cluster import GONE, Cluster, Refused
from tests.cluster.stand_in.objects import (
    Object,
    annotation,
    declared,
    id_of,
    is_known,
    kind_of,
    like,
    named,
    without_nulls,
)
from tests.cluster.stand_in.ready import needs_endpoints, waits_for

_PATIENCE_S = 600.0
_POLL_S = 0.2
_CONTENTS = frozenset({"data", "stringData"})


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Serves the engine; each call runs in a thread of its own."""

    def __init__(self) -> None:
        self._settings: dict[str, Any] = {}
        self._cancelled = Event()
        self.marked: dict[tuple[str, str], frozenset[str]] = {}

    @cached_property
    def _cluster(self) -> Cluster:
        return Cluster(self._settings)

    def explained(self, error: Exception) -> str:
        return ""

    @reported
    def Handshake(
        self, request: pb.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    @reported
    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi-kubernetes"))

    @reported
    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._cancelled.set()
        return Empty()

    @reported
    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=request.news)

    @reported
    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        return difference(changes(decode(request.old_inputs).values, decode(request.news).values))

    @reported
    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        self._settings = decode(request.args).values
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @reported
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        news, old = _manifest(request.news), decode(request.olds).values
        return pb.CheckResponse(inputs=_struct(named(news.values, request.urn, old), news))

    @reported
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        old, new = _manifest(request.old_inputs).values, _manifest(request.news).values
        found: Iterable[str] = changes(old, new)
        if not is_known(new):
            return difference(found)
        if _identity(old) != _identity(new):
            return difference(found, replaces=True)
        try:
            live, wanted = self._cluster.get(new), self._cluster.apply(new, dry_run=True, force=True)
        except Refused as refusal:
            if refusal.status == GONE:  # its namespace or kind is: nothing to compare with
                return difference(found)
            if refusal.is_about_a_fixed_field:
                return difference(found, replaces=True)
            raise
        return difference(changes(declared(live), declared(wanted)) if live else found)

    @reported
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        news = _manifest(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=_struct(self._foreseen(news.values), news))
        live = self._cluster.apply(news.values, force=self._may_force(news.values))
        live = self._ready(live, news, request.timeout)
        return pb.CreateResponse(id=id_of(live), properties=_struct(live, news))

    @reported
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        old = _manifest(request.inputs)
        version, kind = kind_of(request.urn)
        *namespace, name = request.id.split("/")
        metadata = {"name": name} | ({"namespace": namespace[0]} if namespace else {})
        live = self._cluster.get({"apiVersion": version, "kind": kind, **_only(old.values), "metadata": metadata})
        if live is None:
            return pb.ReadResponse()
        inputs = like(old.values, declared(live)) if old.values else declared(live)
        kept = {key: old.values[key] for key in ("stringData",) if key in old.values}  # the server keeps it as data
        return pb.ReadResponse(id=request.id, inputs=_struct({**inputs, **kept}, old), properties=_struct(live, old))

    @reported
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        news = _manifest(request.news)
        if request.preview:
            return pb.UpdateResponse(properties=_struct(self._foreseen(news.values), news))
        live = self._cluster.apply(news.values, force=self._may_force(news.values))
        return pb.UpdateResponse(properties=_struct(self._ready(live, news, request.timeout), news))

    @reported
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        self.remove(_manifest(request.properties).values, request.timeout)
        return Empty()

    def settle(self, manifest: Object) -> None:
        """Apply an object and wait until it is ready."""
        live = self._cluster.apply(manifest, force=True)
        self._ready(live, Properties(manifest), 0)

    def remove(self, manifest: Object, limit_s: float) -> None:
        """Delete an object and wait until it is gone."""
        self._cluster.delete(manifest)
        self._until(lambda: "it is still there" if self._cluster.get(manifest) else None, manifest, limit_s)

    def _may_force(self, manifest: Object) -> bool:
        """Tell whether fields that somebody else has set are taken over."""
        said = (
            annotation(manifest, "patchForce"),
            self._settings.get("enablePatchForce"),
            os.environ.get("PULUMI_K8S_ENABLE_PATCH_FORCE"),
        )
        return any(str(each).lower() == "true" for each in said)

    def _foreseen(self, manifest: Object) -> Object:
        """Return the object as the server would store it; the manifest itself if a dry run is not possible yet."""
        if not is_known(manifest):
            return manifest
        try:
            return declared(self._cluster.apply(manifest, dry_run=True, force=True))
        except Refused as refusal:
            if refusal.status == GONE:
                return manifest
            raise

    def _ready(self, live: Object, news: Properties, limit_s: float) -> Object:
        """Wait until an object is ready; one that never is stays in the state as part done."""
        latest = live

        def missing() -> str | None:
            nonlocal latest
            latest = self._cluster.get(live) or latest
            if needs_endpoints(latest) and not self._cluster.has_endpoints(latest):
                return "no ready pod answers for it"
            return waits_for(latest)

        try:
            if annotation(news.values, "skipAwait") != "true":
                self._until(missing, news.values, limit_s)
        except SixfoldError as error:
            raise PartDoneError(id_of(live), news, latest, error) from error
        return latest

    def _until(self, missing: Callable[[], str | None], manifest: Object, limit_s: float) -> None:
        patience_s = limit_s or float(annotation(manifest, "timeoutSeconds") or _PATIENCE_S)
        deadline = time.monotonic() + patience_s
        while why := missing():
            if time.monotonic() >= deadline or self._cancelled.wait(_POLL_S):
                when = "cancelled" if self._cancelled.is_set() else f"after {patience_s:.0f} s"
                what = f"{manifest['kind']} {id_of(manifest)}: {when}: {why}"
                raise SixfoldError(what, remedy="look at its events: kubectl describe")


def _manifest(struct: Any) -> Properties:
    given = decode(struct)
    return Properties(without_nulls(given.values), given.secrets)


def _struct(values: Object, given: Properties) -> Any:
    """Return the properties of an object, with what was secret marked again, and the contents of every Secret."""
    return encode(values, given.secrets | (_CONTENTS if values.get("kind") == "Secret" else frozenset()))


def _only(manifest: Object) -> Object:
    return {key: manifest[key] for key in ("apiVersion", "kind") if key in manifest}


def _identity(manifest: Object) -> tuple[Any, ...]:
    metadata = manifest["metadata"]
    return manifest["apiVersion"].rpartition("/")[0], manifest["kind"], metadata.get("namespace"), metadata["name"]


def difference(found: Iterable[str], *, replaces: bool = False) -> pb.DiffResponse:
    """Say which properties differ."""
    paths = list(found)
    names = sorted({path.split(".")[0].split("[")[0] for path in paths})
    kind = pb.PropertyDiff.UPDATE_REPLACE if replaces else pb.PropertyDiff.UPDATE
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if paths else pb.DiffResponse.DIFF_NONE,
        diffs=names,
        replaces=names if replaces else [],
        detailedDiff={path: pb.PropertyDiff(kind=kind) for path in paths},
        hasDetailedDiff=True,
        deleteBeforeReplace=replaces,  # its name is taken
    )
