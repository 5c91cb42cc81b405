"""Serving: one process a release, and the edge that spreads requests over them."""

import json
from collections.abc import Mapping, Sequence

from pulumi import ComponentResource, Input, ResourceOptions

from infra.components.processes import Processes, binary, python
from infra.plans import names
from infra.plans.routing.caddy import ADMIN_SOCKET, front_config, router_config
from infra.plans.routing.traffic import VersionTraffic
from pulumi_sixfold.resources.process import Process, Reload

_HANG_S = 10  # consumers wait


class Serving(ComponentResource):
    """All releases that the stack names, behind one address.

    A release that does not become ready fails the update before the router hears of it, so the old one goes on
    answering; and an old one is removed only when the router has let go of it.

    Outputs: `url`. `running` is known once all of it runs.
    """

    def __init__(
        self,
        name: str,
        *,
        runtime: Processes,
        traffic: Sequence[VersionTraffic],
        portal: str,
        ports: Mapping[str, int],
        environment: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Serving", name, None, opts)
        self._runtime = runtime
        releases = [
            self._release(version, upstream.release, int(upstream.address.split(":")[1]), environment)
            for version in traffic
            for upstream in version.upstreams
        ]
        router, metrics = ports["router"], ports["router-metrics"]
        behind = self._caddy(
            "router",
            router_config(traffic=tuple(traffic), portal_html=portal, port=router, metrics_port=metrics),
            port=router,
            reload=Reload(url="http://{socket}/load", file="caddy.json"),
            depends_on=releases,
        )
        edge = self._caddy(
            "edge",
            front_config(port=ports["edge"], router_port=router, metrics_port=ports["edge-metrics"]),
            port=ports["edge"],
            depends_on=[behind],
        )
        self.running = edge.urn  # the edge starts after everything behind it
        self.url = edge.program.apply(lambda _: names.address(ports["edge"]))  # known once it runs
        self.register_outputs({"url": self.url})

    def _release(
        self, version: VersionTraffic, release: str, port: int, environment: Mapping[str, Input[str]]
    ) -> Process:
        where = ["--product", version.product, "--api-version", version.version]
        return self._runtime.run(
            f"{version.product}-{version.version}-{release[:8]}",
            python("serving.run", *where, "--release", release, "--port", str(port)),
            port=port,
            hang_timeout_s=_HANG_S,
            ready="/readyz",
            environment=environment,
            parent=self,
        )

    def _caddy(
        self,
        name: str,
        config: Mapping[str, object],
        *,
        port: int,
        reload: Reload | None = None,
        depends_on: Sequence[Process] = (),
    ) -> Process:
        return self._runtime.run(
            name,
            binary("caddy", "run", "--config", "{dir}/caddy.json"),
            port=port,
            hang_timeout_s=_HANG_S,
            ready="/",
            files={"caddy.json": json.dumps(config)},
            environment={ADMIN_SOCKET: "{socket}"},
            reload=reload,
            parent=self,
            depends_on=depends_on,
        )
