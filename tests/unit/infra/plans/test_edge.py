import json
import subprocess
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from infra.plans.routing.caddy import front_config, router_config
from infra.plans.routing.routes import Problem, lifecycle_headers, version_route
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product
from sixfold.versions import Status

Plan = Callable[..., tuple[VersionTraffic, ...]]


def router(traffic: tuple[VersionTraffic, ...]) -> dict[str, Any]:
    return router_config(traffic=traffic, portal_html="<p>{hello}</p>", port=8001, metrics_port=8002)


@pytest.mark.parametrize("part", ["front", "router"])
def test_caddy_accepts_the_configuration(
    part: str, live: tuple[VersionTraffic, ...], tool: Callable[[str], str], write: Callable[[str, Any], str]
) -> None:
    config = router(live) if part == "router" else front_config(port=8000, router_port=8001, metrics_port=8003)
    path = write("caddy.json", config)
    done = subprocess.run([tool("caddy"), "validate", "--config", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_listens_beyond_this_machine(live: tuple[VersionTraffic, ...]) -> None:
    for config in (router(live), front_config(port=8000, router_port=8001, metrics_port=8003)):
        listening = [address for server in config["apps"]["http"]["servers"].values() for address in server["listen"]]
        assert len(listening) == 2
        assert all(address.startswith("127.0.0.1:") for address in listening)


def test_nobody_but_the_user_of_the_stack_configures_an_edge(live: tuple[VersionTraffic, ...]) -> None:
    assert front_config(port=8000, router_port=8001, metrics_port=8003)["admin"]["disabled"]
    assert router(live)["admin"]["listen"] == "unix/{env.ADMIN_SOCKET}|0600"


def test_a_deprecated_version_announces_its_end_in_the_formats_of_the_rfcs() -> None:
    version = VersionTraffic(
        product="p",
        version="v1",
        status=Status.DEPRECATED,
        deprecated=date(2026, 9, 1),
        sunset=date(2027, 3, 1),
        successor="v2",
    )
    assert lifecycle_headers(version) == {
        "Deprecation": "@1788220800",
        "Sunset": "Mon, 01 Mar 2027 00:00:00 GMT",
        "Link": '</>; rel="deprecation"; type="text/html", </>; rel="sunset"; type="text/html", '
        '</p/v2/docs>; rel="successor-version"',
    }


def test_the_guide_of_a_version_is_linked_before_its_end_and_in_the_answer_after_it() -> None:
    ended = VersionTraffic(
        product="p", version="v1", status=Status.RETIRED, deprecated=date(2026, 1, 1), guide="/guides/p-v2"
    )
    gone = version_route(ended)
    assert isinstance(gone.answer, Problem)
    assert (gone.answer.status, gone.answer.document["migration_guide"]) == (410, "/guides/p-v2")
    assert gone.announce["Link"] == '</guides/p-v2>; rel="deprecation"; type="text/html"'


def test_a_version_without_an_end_announces_nothing(live: tuple[VersionTraffic, ...]) -> None:
    assert lifecycle_headers(live[0]) == {}


def test_weights_follow_the_traffic_plan_in_the_smallest_blocks(product: Product, plan: Plan) -> None:
    config = router(plan(product, v1=[("a", "127.0.0.1:1", 90), ("b", "127.0.0.1:2", 10)]))
    (proxy,) = [part for part in _handlers(config) if part["handler"] == "reverse_proxy"]
    assert [upstream["dial"] for upstream in proxy["upstreams"]] == ["127.0.0.1:1", "127.0.0.1:2"]
    assert proxy["load_balancing"]["selection_policy"]["weights"] == [9, 1]


def test_a_release_of_weight_0_answers_nobody_and_scores_every_request(product: Product, plan: Plan) -> None:
    config = router(plan(product, v1=[("a", "127.0.0.1:1", 100), ("b", "127.0.0.1:2", 0)]))
    (proxy,) = [part for part in _handlers(config) if part["handler"] == "reverse_proxy"]
    assert [upstream["dial"] for upstream in proxy["upstreams"]] == ["127.0.0.1:1"]
    assert proxy["headers"]["request"]["set"] == {"X-Mirror-To": ["127.0.0.1:1,127.0.0.1:2"]}


def test_consumers_cannot_say_who_scores_their_requests(live: tuple[VersionTraffic, ...]) -> None:
    for proxy in (part for part in _handlers(router(live)) if part["handler"] == "reverse_proxy"):
        rules = proxy["headers"]["request"]
        assert {"X-Mirror-To", "X-Shadow"} <= {*rules["delete"], *rules.get("set", {})}


def test_the_configuration_is_plain_json(live: tuple[VersionTraffic, ...]) -> None:
    assert json.loads(json.dumps(router(live))) == router(live)


def _handlers(config: dict[str, Any]) -> list[dict[str, Any]]:
    server = config["apps"]["http"]["servers"]["http"]
    return [handler for route in server["routes"] for handler in route["handle"]]
