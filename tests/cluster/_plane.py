"""A Kubernetes control plane for one test run: etcd, API server, controllers, scheduler, and kwok, which plays nodes.

Containers do not run on kwok's nodes: their pods become ready at once, whatever is in them.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cluster._pod_network import CONFIG, write_config

_READY_WITHIN_S = 180
_TOKEN = "administrator"
_CRDS = ("gateway-api", "kuberay", "kueue", "prometheus-operator")
_ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")

Object = dict[str, Any]


@dataclass(frozen=True)
class Plane:
    """A control plane that runs; `kubeconfig` is that of its administrator."""

    folder: Path
    binary: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    def start(self, program: str, *flags: str) -> None:
        """Start one of the binary's programs; it is the one that it is called by the name of."""
        with (self.folder / f"{program}.log").open("wb") as log:
            process = subprocess.Popen(
                [program, *flags], executable=self.binary, cwd=self.folder, stdout=log, stderr=log, process_group=0
            )
        self.processes.append(process)

    def stop(self) -> None:
        """End all programs, the last one first."""
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kubectl(self, *args: str, given: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run kubectl as the administrator."""
        command = ["kubectl", "--kubeconfig", str(self.kubeconfig), *args]
        result = subprocess.run(
            command, executable=self.binary, input=given, capture_output=True, text=True, timeout=120, check=False
        )
        if check and result.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(args)}: {result.stderr}")
        return result

    def get(self, kind: str, name: str, namespace: str = "") -> Any:
        """Return a live object."""
        where = ["-n", namespace] if namespace else []
        return json.loads(self.kubectl("get", kind, name, *where, "-o", "json").stdout)

    def list(self, kind: str, namespace: str = "") -> list[Object]:
        """Return all objects of a kind, of all namespaces unless one is given."""
        where = ["-n", namespace] if namespace else ["-A"]
        found: list[Object] = json.loads(self.kubectl("get", kind, *where, "-o", "json").stdout)["items"]
        return found

    def wait_for_endpoints(self, service: str, namespace: str, count: int) -> None:
        """Wait until so many ready pods are behind a Service: they are listed a moment after they are ready."""
        chosen = ["-n", namespace, "-l", f"kubernetes.io/service-name={service}", "-o", "json"]
        deadline = time.monotonic() + _READY_WITHIN_S
        while True:
            slices = json.loads(self.kubectl("get", "endpointslice", *chosen).stdout)["items"]
            ready = [each for item in slices for each in item.get("endpoints") or [] if each["conditions"].get("ready")]
            if len(ready) == count:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(ready)} ready pods behind {namespace}/{service} instead of {count}")
            time.sleep(0.2)


@contextmanager
def running(binary: Path, folder: Path, port: Callable[[], int], *, operators: bool = True) -> Iterator[Plane]:
    """Start a control plane with three nodes and the operators' CRDs, or none, and stop it at the end of the block."""
    plane = Plane(folder, binary)
    try:
        _bring_up(plane, *(port() for _ in range(3)), crds=_CRDS if operators else ())
        yield plane
    finally:
        plane.stop()


def _bring_up(plane: Plane, etcd: int, peers: int, secure: int, *, crds: tuple[str, ...]) -> None:
    _write_credentials(plane, secure)
    write_config(plane.folder)
    plane.start("etcd", *_etcd(etcd, peers))
    plane.start("kube-apiserver", *_apiserver(etcd, secure))
    _wait(plane, "get", "--raw", "/readyz")
    beside, kubeconfig = plane.binary.parent, f"--kubeconfig={plane.kubeconfig}"
    plane.start("kube-controller-manager", kubeconfig, *_CONTROLLERS)
    plane.start("kube-scheduler", kubeconfig, "--secure-port=0", "--leader-elect=false")
    stages = [f"--config={file}" for file in sorted((beside / "kwok-stages").iterdir())]
    plane.start("kwok", kubeconfig, "--manage-all-nodes=true", "--server-address=", *stages)
    for name in crds:
        plane.kubectl("apply", "--server-side", "-f", str(beside / name))
    plane.kubectl("apply", "-f", "-", given="\n---\n".join(json.dumps(_node(zone)) for zone in _ZONES))
    if crds:
        plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    plane.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=60s")
    _wait(plane, "get", "serviceaccount", "default")


def _etcd(port: int, peers: int) -> list[str]:
    here, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peers}"
    return [
        "--name=test",
        "--data-dir=etcd",
        "--unsafe-no-fsync",  # nothing here outlives the run
        f"--listen-client-urls={here}",
        f"--advertise-client-urls={here}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=test={peer}",
    ]


def _apiserver(etcd: int, port: int) -> list[str]:
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        "--cert-dir=certificates",  # it makes its own there
        "--token-auth-file=tokens.csv",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=service-accounts.pub",
        "--service-account-signing-key-file=service-accounts.key",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
        f"--egress-selector-config-file={CONFIG}",
    ]


_CONTROLLERS = (
    "--secure-port=0",
    "--leader-elect=false",
    "--use-service-account-credentials=false",
    "--service-account-private-key-file=service-accounts.key",
    "--root-ca-file=certificates/apiserver.crt",
)


def _write_credentials(plane: Plane, port: int) -> None:
    pem, key = serialization.Encoding.PEM, ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (plane.folder / "service-accounts.key").write_bytes(private)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (plane.folder / "service-accounts.pub").write_bytes(public)
    (plane.folder / "tokens.csv").write_text(f'{_TOKEN},administrator,1,"system:masters"\n')
    certificate = plane.folder / "certificates" / "apiserver.crt"
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(certificate)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "administrator", "user": {"token": _TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "administrator"}}],
        "current-context": "test",
    }
    plane.kubeconfig.write_text(json.dumps(config))


def _node(zone: str) -> Object:
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": zone,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": zone,
    }
    room = {"cpu": "1k", "memory": "1Ti", "ephemeral-storage": "10Ti", "pods": "1k", "nvidia.com/gpu": "8"}
    metadata = {"name": zone, "labels": labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": {"allocatable": room, "capacity": room}}


def _wait(plane: Plane, *question: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while (answer := plane.kubectl(*question, check=False)).returncode != 0:
        if time.monotonic() > deadline or any(process.poll() is not None for process in plane.processes):
            logs = "\n".join(f"{log.name}: {log.read_text()[-1000:]}" for log in plane.folder.glob("*.log"))
            raise AssertionError(f"kubectl {' '.join(question)}: {answer.stderr}\n{logs}")
        time.sleep(0.2)
