"""Helm releases, of which the stand-in does just what others wait for: the definitions that a chart brings.

No chart can be downloaded here, and nothing would run in its pods. A release is recorded where Helm does it, in a
Secret of its namespace. As with Helm, definitions from a chart's `crds` folder stay when a release goes; those from its
templates go with it.
"""
# ruff: noqa: N802, ARG002 - names and arguments are the protocol's

import base64
import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import grpc
import yaml
from google.protobuf.empty_pb2 import Empty

from pulumi_sixfold.engine.failure import reported
from pulumi_sixfold.engine.proto import provider_pb2 as pb
from pulumi_sixfold.engine.wire import decode, encode
from pulumi_sixfold.kit.difference import changes
from sixfold.errors import SixfoldError
from tests.cluster.stand_in.objects import Object, without_nulls
from tests.cluster.stand_in.servicer import StandIn, difference

R = TypeVar("R")

_TYPE = "kubernetes:helm.sh/v3:Release"
# chart → the folder beside the control plane with its definitions, if any, and whether they outlive a release
_CHARTS = {
    "gateway-helm": ("gateway-api", True),
    "kube-prometheus-stack": ("prometheus-operator", True),
    "kuberay-operator": ("kuberay", True),
    "kueue": ("kueue", False),
    "prometheus-adapter": ("", False),
    "cluster-autoscaler": ("", False),
    "nvidia-device-plugin": ("", False),
}


class _Loader(yaml.CSafeLoader):
    """Reads the lone `=` of an enumeration as the text that it is."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def is_release(urn: str) -> bool:
    """Tell whether a resource is a Helm release."""
    return urn.split("::")[2].rsplit("$", 1)[-1] == _TYPE


def _of_releases(call: Callable[[Any, Any, grpc.ServicerContext], R]) -> Callable[[Any, Any, grpc.ServicerContext], R]:
    """Leave everything that is not about a release to the stand-in without Helm."""
    ours, others = reported(call), getattr(StandIn, call.__name__)

    @wraps(call)
    def chosen(self: Any, request: Any, context: grpc.ServicerContext) -> R:
        answer: R = (ours if is_release(request.urn) else others)(self, request, context)
        return answer

    return chosen


class StandInWithHelm(StandIn):
    """The stand-in, and releases."""

    @_of_releases
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        _chart(_given(request.news))
        return pb.CheckResponse(inputs=request.news)

    @_of_releases
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        old, new = _given(request.old_inputs), _given(request.news)
        return difference(changes(old, new), replaces=_id(old) != _id(new))

    @_of_releases
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        release = _given(request.properties)
        if not request.preview:
            self._install(release)
        return pb.CreateResponse(id=_id(release), properties=request.properties)

    @_of_releases
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        found = self._cluster.get(_record(*request.id.split("/")))
        if found is None:
            return pb.ReadResponse()
        release = encode(json.loads(base64.b64decode(found["data"]["release"])))
        return pb.ReadResponse(id=request.id, inputs=release, properties=release)

    @_of_releases
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        if not request.preview:
            self._install(_given(request.news))
        return pb.UpdateResponse(properties=request.news)

    @_of_releases
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        release = _given(request.properties)
        definitions, stay = _chart(release)
        for each in () if stay else definitions:
            self.remove(each, request.timeout)
        self.remove(_record(*_id(release).split("/")), request.timeout)
        return Empty()

    def _install(self, release: Object) -> None:
        definitions, stay = _chart(release)
        for each in definitions:
            if not (stay and self._cluster.get(each)):  # Helm never changes what is in `crds`
                self.settle(each)
        text = base64.b64encode(json.dumps(release).encode()).decode()
        self.settle({**_record(*_id(release).split("/")), "type": "helm.sh/release.v1", "data": {"release": text}})


def _given(struct: Any) -> Object:
    found: Object = without_nulls(decode(struct).values)
    return found


def _id(release: Object) -> str:
    return f"{release['namespace']}/{release['name']}"


def _record(namespace: str, name: str) -> Object:
    metadata = {"namespace": namespace, "name": f"sh.helm.release.v1.{name}.v1", "labels": {"owner": "helm"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}


def _chart(release: Object) -> tuple[list[Object], bool]:
    """Return the definitions that a release's chart brings, and whether they outlive it."""
    chart = release["chart"].rpartition("/")[2]
    if chart not in _CHARTS:
        raise SixfoldError(f"the stand-in knows no chart {chart}", remedy=f"use one of {', '.join(_CHARTS)}")
    name, stay = _CHARTS[chart]
    if not name:
        return [], stay
    folder = (Path(sys.prefix) / "bin" / "controlplane").resolve().parent / name
    return [yaml.load(file.read_text(), _Loader) for file in sorted(folder.glob("*.yaml"))], stay  # noqa: S506 - it is safe
