"""The Kubernetes manifests that our tests need, read out of the Go modules of those who maintain them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tools import cache
from tools.gomodule import download
from tools.processes import CommandFailed


@dataclass(frozen=True)
class Manifests:
    """The YAML files in `folders` of a module. `h1` is its sum, as go.sum has it."""

    name: str
    module: str
    version: str
    h1: str
    folders: tuple[str, ...]


KUBERNETES = (
    Manifests(
        name="kwok-stages",  # without them kwok's nodes and pods never become ready
        module="sigs.k8s.io/kwok",
        version="v0.8.0",  # in step with controlplane/go.mod
        h1="h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=",
        folders=("kustomize/stage/node/fast", "kustomize/stage/node/heartbeat", "kustomize/stage/pod/fast"),
    ),
    Manifests(
        name="gateway-api",
        module="sigs.k8s.io/gateway-api",
        version="v1.4.1",  # the newest for the Go that the control plane is built with
        h1="h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=",
        folders=("config/crd/standard",),
    ),
    Manifests(
        name="kuberay",
        module="github.com/ray-project/kuberay/ray-operator",
        version="v1.5.1",
        h1="h1:7FJYmB8oM+cnjv1VYCj/TfzRZG4XHvvt5Ayn5pZ5A1c=",
        folders=("config/crd/bases",),
    ),
    Manifests(
        name="kueue",
        module="sigs.k8s.io/kueue",
        version="v0.14.0",
        h1="h1:lDR34L42/k17opLfkZbZ+taymLaPpryj3ZBbvKqs/N4=",
        folders=("config/components/crd/bases",),
    ),
    Manifests(
        name="prometheus-operator",
        module="github.com/prometheus-operator/prometheus-operator",
        version="v0.85.0",
        h1="h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        folders=("example/prometheus-operator-crd",),
    ),
)


async def collect(manifests: Manifests, into: Path, go: Path) -> None:
    """Copy the files into a folder of the manifests' name, whichever kustomization they are part of.

    Raises:
        CommandFailed: the module cannot be had, or is not the one whose sum is pinned.

    """
    asked = f"{manifests.module}@{manifests.version}"
    module = await download(asked, go, into, cache.log(manifests.name))
    if module["Sum"] != manifests.h1:
        raise CommandFailed(f"{asked} has the sum {module['Sum']}, and not {manifests.h1}")
    _copy(Path(module["Dir"]), manifests.folders, into / manifests.name)


def _copy(module: Path, folders: tuple[str, ...], into: Path) -> None:
    into.mkdir()
    for file in (file for folder in folders for file in (module / folder).glob("*.yaml")):
        if file.name != "kustomization.yaml":
            shutil.copyfile(file, into / file.name)
