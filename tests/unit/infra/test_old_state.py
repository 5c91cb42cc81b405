"""Stacks that commit 1531a36 brought up, previewed by the program of today: nothing of them is replaced.

`data/` has their states, stack files and the product's contract; braces stand for what belonged to the machine.
"""

import gzip
import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests._projects import Project, find_engine

ROOT, DATA = Path(__file__).parents[3], Path(__file__).parent / "data"
PROGRAM = f"""\
from pathlib import Path

import pulumi

from infra import config, mlplatform
from sixfold.contract import load_product

given = config.read()
product = load_product(Path({str(DATA / "product.yaml")!r}))
pulumi.export("environment", mlplatform.build(given._replace(products={{product.name: product}})))
"""
# The monitors' modules and rules are other files now, and the code that runs has another digest: a restart in place.
RESTARTED = {"evaluation", "exporter", "inbox", "prometheus"}
# The portal's page is rendered by a template: its router reloads, and on a cluster its ConfigMap, which is named by its
# content, makes way for another.
PAGE = "sixfold-dev-serving/portal"
# The statements of the topics' and their key's policies have other names; the alarms on failed notifications say more.
TOPICS = {"alarms", "alarms-arrivals", "alarms-platform"}
# Online tables carry their product: whoever reads or writes features may reach the old names and the new ones.
FEATURES = {"serving", "training"}
# The access key of the stand-in for AWS is the project's own: the provider and the environment of each process have it.
KEYED = {"local", "aws", "alertmanager", "edge", "flight-delays-v1-2fd50225"}
# Each product has a keyring, and people have the rights to give keys out and to triage reports. Until it is made, the
# engine cannot know that the environment of the releases, which start after it, stays as it is.
SIGNING = {"signing", "signing-releases", "signing-ledger", "publisher", "releaser"}
NEW = {"keyring", "keyring-flight-delays", "consumers", "triage", *SIGNING}
# The portal is a process, and on a cluster a pod with a role. What people put into workloads there is looked at.
GUARDS = {f"sixfold-dev-people-{kind}" for kind in ("deployments", "clusters", "jobs", "monitors")}
# The control plane moves to subnets of its own; its API keeps its name.
CONTROL = {f"network-control-eu-west-1{zone}" for zone in "ab"}
# Each operator's namespace is closed.
SAME = ("prometheus-operator", "prometheus-adapter", "cluster-autoscaler", "nvidia-device-plugin")
OPERATORS = {"kueue-system": "kueue", "kuberay-system": "kuberay-operator", "envoy-gateway-system": "envoy-gateway"}
OPERATORS |= {name: name for name in SAME}
CLOSED = {f"{where}/{name}" for where, release in OPERATORS.items() for name in ("deny-all", release)}
CLOSED |= {f"envoy-gateway-system/{name}" for name in ("proxies", "configuration")}
VIEWERS = ("data-engineer", "data-scientist", "platform-engineer", "software-engineer")
PORTAL = {
    "local": {"portal"},
    "dev": {
        *("portal", "sixfold-dev-monitoring/portal-server", "sixfold-dev-monitoring-portal-server"),
        *(f"sixfold-dev-monitoring/{role}-portal" for role in VIEWERS),
        *GUARDS,
        *CONTROL,
        *CLOSED,
    },
}
PEOPLE = {"platform-engineer", "software-engineer", "data-scientist"}
# Releases and ledgers are signed: until the keys are made, the engine cannot know that the policies of other jobs stay.
SIGNED = {"ingest", "exporter", "evaluation", "alerting"}
WAITING = {f"sixfold-dev-{area}/platform" for area in ("serving", "monitoring", "training")}
CHANGED = {
    "local": RESTARTED | TOPICS | FEATURES | SIGNED | {"router"} | KEYED,
    "dev": {
        *TOPICS,
        *("deaf-arrivals", "deaf-platform", "cluster"),
        *("network-s3", "network-dynamodb"),  # they lead to the account's own data alone
        PAGE,
        "sixfold-dev-monitoring/evaluation",
        "sixfold-dev-monitoring/exporter",
        "sixfold-dev-monitoring/sixfold",
        *(*FEATURES, *PEOPLE, *WAITING, *SIGNED),
        "sixfold-dev-serving/release",  # a release is believed for itself alone
        "sixfold-dev-serving/flight-delays-v1",  # its route passes the public paths alone
        *("sixfold-dev-serving/edge", "autoscaler"),  # its load balancer is internal; pods of one account take a role
        # pods may ask the resolver of their machine, Alertmanagers gossip over UDP too, no default limit caps a request
        *(f"sixfold-dev-{each}/room" for each in ("serving", "monitoring", "training")),
        *("sixfold-dev-training/ray", "sixfold-dev-monitoring/prometheus", "sixfold-dev-monitoring/alertmanager"),
        # each pod has its settings noted, so that a change of them rolls it
        *(f"sixfold-dev-serving/flight-delays-v1-{each * 12}" for each in "ab"),
        "sixfold-dev-monitoring/dashboard-flight-delays",  # its graph of the quarantine shows the product's own tables
    },
}


@pytest.fixture(scope="module", params=["dev", "local"])
def steps(
    request: pytest.FixtureRequest, moto_server: str, no_cluster: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The stack's resources by what an `up` would do to them."""
    stack = request.param
    folder = tmp_path_factory.mktemp(stack)
    project = project_of(stack, folder, aws=moto_server, kubernetes=no_cluster)
    found: dict[str, list[str]] = {"stack": [stack]}
    for step in json.loads(project.cli("preview", "--json").stdout)["steps"]:
        found.setdefault(step["op"], []).append(step["urn"].rsplit("::", 1)[-1])
    return found


@pytest.fixture(scope="module")
def no_cluster() -> Iterator[str]:
    """An API server that has nothing, so that manifests are compared with the state alone."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_error(404)

    do_PATCH = do_GET  # noqa: N815 - the name is the method of the request

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def project_of(stack: str, folder: Path, *, aws: str, kubernetes: str) -> Project:
    """Return a project whose state is the stack's of that time."""
    project = Project(folder / "project", variables(folder))
    for part in ("project/stacks", "state", "home"):
        (folder / part).mkdir(parents=True)
    (folder / "kubeconfig").write_text(json.dumps(kubeconfig(kubernetes)))
    here = {"home": folder / "home", "root": project.root, "bin": Path(sys.executable).parent}
    here |= {"aws": aws, "kubeconfig": folder / "kubeconfig"}

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: str(here.get(found[1], found[0])), text)

    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    del settings["main"]
    settings["plugins"]["providers"][0]["path"] = str(ROOT / "pulumi_sixfold" / "bin")
    (project.root / "Pulumi.yaml").write_text(yaml.safe_dump(settings))
    project.write(PROGRAM)
    project.cli("stack", "init", stack)
    file = f"Pulumi.{stack}.yaml"
    (project.root / "stacks" / file).write_text(filled((DATA / file).read_text()))
    (folder / "state.json").write_text(filled(gzip.decompress((DATA / f"{stack}.json.gz").read_bytes()).decode()))
    project.cli("stack", "import", "--file", str(folder / "state.json"))
    return project


def variables(folder: Path) -> dict[str, str]:
    path = (ROOT / "tests" / "cluster" / "stand_in" / "bin", find_engine().parent, os.environ["PATH"])
    return {
        **os.environ,
        "PATH": os.pathsep.join(map(str, path)),
        "PYTHONPATH": str(ROOT),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(folder / "pulumi-home"),
        "SIXFOLD_HOME": str(folder / "home"),
        "KUBECONFIG": str(folder / "kubeconfig"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def kubeconfig(server: str) -> dict[str, Any]:
    name = {"name": "test"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "contexts": [{**name, "context": {"cluster": "test", "user": "test"}}],
        "clusters": [{**name, "cluster": {"server": server}}],
        "users": [{**name, "user": {}}],
    }


def test_nothing_is_replaced_created_or_deleted_but_the_page_and_what_is_new(steps: dict[str, list[str]]) -> None:
    others = {op: [name for name in names if not name.startswith(f"{PAGE}-")] for op, names in steps.items()}
    assert set(others.pop("create")) == NEW | PORTAL[steps["stack"][0]]
    assert {op for op, names in others.items() if names} <= {"stack", "same", "update"}, steps


def test_only_what_the_move_has_changed_is_updated_in_place(steps: dict[str, list[str]]) -> None:
    (stack,) = steps["stack"]
    assert set(steps.get("update", [])) <= CHANGED[stack]
