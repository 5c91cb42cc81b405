"""Evidence of a rollout: a cluster's Prometheus is queried through the real API server, by people with roles.

Prometheus is a real one; that it runs on this machine and not in its pod, the API server does not know.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery.rollout.decision import Requests
from delivery.rollout.evidence import requests
from delivery.rollout.prometheus import BehindApiServer
from infra.plans.kubernetes.manifest import namespace
from infra.plans.kubernetes.people import group, people_manifests
from infra.plans.names import namespace as name_of
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.roles import read_roles
from sixfold.stack import Settings
from tests.cluster._plane import Plane
from tests.cluster._prometheus import declare, running

ROOT = Path(__file__).parents[2]
PRODUCT = load_product(ROOT / "products/flight_delays/product.yaml")
STACK = "figures"
ASKED = f'sixfold_requests_total{{product="{PRODUCT.name}",api_version="v1",release="{"a" * 12}",code="200"}}'
FIVE_MINUTES = timedelta(minutes=5)
Ask = Callable[..., dict[str, Requests]]


@pytest.fixture(scope="module")
def room(plane: Plane) -> Plane:
    """The control plane with a stack's namespaces and people on it, and its Prometheus."""
    rooms = (namespace(name_of(STACK, area)) for area in ("serving", "monitoring", "training"))
    people = people_manifests(STACK, read_roles(ROOT / "stacks" / "roles.yaml"))
    plane.kubectl("apply", "-f", "-", given="\n---\n".join(map(json.dumps, (*rooms, *people))))
    declare(plane, name_of(STACK, "monitoring"))
    return plane


@pytest.fixture
def prometheus(room: Plane, free_port: Callable[[], int], tmp_path: Path) -> Iterator[None]:
    """A Prometheus that knows of 50 requests in the last five minutes."""
    with running(room, {ASKED: [*range(100, 201, 10)]}, tmp_path, free_port()):
        yield


@pytest.fixture
def ask(room: Plane, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    """A function that asks as somebody with a role, whose kubeconfig has one context, `called` so."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "kubectl").symlink_to(room.binary)

    def asked(role: str, called: str = "theirs", context: str | None = "theirs") -> dict[str, Requests]:
        config = json.loads(room.kubeconfig.read_text())
        config["users"][0]["user"] |= {"as": "somebody", "as-groups": [group(STACK, role), "system:authenticated"]}
        config["contexts"][0]["name"] = called
        (tmp_path / "kubeconfig").write_text(json.dumps(config))
        return requests(behind(context), PRODUCT, "v1", datetime.now(UTC) - FIVE_MINUTES)

    return asked


def behind(context: str | None) -> BehindApiServer:
    """Return the Prometheus of a stack on a cluster that exists, or, without its context, on one that it makes."""
    cluster: dict[str, Any] = {"host": "ml.example.com", "insecure": True, "context": context}
    settings = {"runtime": "kubernetes", "region": "eu-west-1", "cluster": cluster}
    if context is None:
        machines = {"instance_types": ["m6i.large"], "min": 0, "max": 1}
        cluster["eks"] = {"version": "1.34", "node_groups": {"all": machines}}
        settings["network"] = {"cidr": "10.0.0.0/16", "zones": ["a", "b"]}
    return BehindApiServer(STACK, Settings.model_validate(settings))


@pytest.mark.usefixtures("prometheus")
@pytest.mark.parametrize(("called", "context"), [("theirs", "theirs"), ("sixfold-figures", None)])
def test_who_may_roll_out_learns_what_prometheus_knows(ask: Ask, called: str, context: str | None) -> None:
    assert ask("platform-engineer", called, context)["a" * 12].all in {40, 50}  # a minute may be over by now


@pytest.mark.usefixtures("prometheus")
def test_who_may_not_is_told_which_role_may(ask: Ask) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)'figures' cannot be asked.*cannot get resource.*→.*`rollout: true`"):
        ask("data-scientist")


def test_a_prometheus_that_the_api_server_does_not_reach_is_named(ask: Ask) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)error trying to reach service.*→.*cluster\.api_cidrs"):
        ask("platform-engineer")


def test_without_the_context_of_a_made_cluster_the_error_says_how_to_get_it(ask: Ask) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)does not exist.*→ aws eks update-kubeconfig --name sixfold-figures "):
        ask("platform-engineer", context=None)


def test_without_the_context_of_a_cluster_that_exists_the_stack_file_is_named(ask: Ask) -> None:
    with pytest.raises(SixfoldError, match=r"(?s)does not exist.*→ .*cluster\.context of the stack file"):
        ask("platform-engineer", called="others")


def test_without_kubectl_the_error_says_so(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "kubectl").unlink()
    with pytest.raises(SixfoldError, match=r"there is no kubectl on PATH"):
        ask("platform-engineer")
