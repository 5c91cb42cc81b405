"""Monitoring on one machine: exporter, live evaluation, Prometheus, Alertmanager, the alert inbox and the portal."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pulumi import ComponentResource, Input, ResourceOptions

from infra.components.processes import Processes, binary, code_digest, python
from infra.plans import names
from infra.plans.monitoring.local import WEB, MonitoringPlan
from pulumi_sixfold.resources.process import Process
from sixfold.wire import ENV_EDGE, ENV_LOGIN, ENV_PRODUCTS, ENV_PROMETHEUS

_CODE = ("monitoring", "serving", "sixfold")
"""The packages whose code the jobs of `monitoring/` run."""


class Monitoring(ComponentResource):
    """Exporter, evaluation, Prometheus, Alertmanager, an inbox that keeps every alert in a file, and the portal."""

    def __init__(
        self,
        name: str,
        *,
        runtime: Processes,
        plan: MonitoringPlan,
        ports: Mapping[str, int],
        environment: Mapping[str, Input[str]],
        products: Iterable[str],
        login: str,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Monitoring", name, None, opts)
        self._runtime, self._ports, self._login = runtime, ports, login
        self._service("inbox", "--file", str(runtime.home / "alerts.jsonl"), environment={ENV_LOGIN: login})
        self._service("exporter", environment=environment)
        watched = {**environment, ENV_PRODUCTS: ",".join(sorted(products))}
        self._service("evaluation", environment=watched)
        reached = {ENV_LOGIN: login, ENV_EDGE: names.address(ports["edge"])}
        self._service(
            "portal", environment={**watched, **reached, ENV_PROMETHEUS: str(names.endpoints(ports, login).prometheus)}
        )
        self._monitor(
            "alertmanager",
            "--config.file={dir}/alertmanager.yml",
            "--storage.path={dir}/data",
            "--cluster.listen-address=",
            files=plan.alertmanager,
            check=binary("amtool", "check-config", "{dir}/alertmanager.yml"),
        )
        self._monitor(
            "prometheus",
            "--config.file={dir}/prometheus.yml",
            "--storage.tsdb.path={dir}/data",
            "--storage.tsdb.retention.time=15d",
            f"--web.cors.origin={re.escape(names.address(ports['prometheus']))}",
            files=plan.prometheus,
            check=binary("promtool", "check", "config", "{dir}/prometheus.yml"),
        )
        self.register_outputs({})

    def _service(self, name: str, *arguments: str, environment: Mapping[str, Input[str]] | None = None) -> Process:
        port = self._ports[name]
        command = python(f"monitoring.{name}", "--port", str(port), *arguments)
        # The command stays what it is when its code changes; this does not, and restarts it.
        known = {**(environment or {}), "SIXFOLD_CODE": code_digest(self._runtime.root, _CODE)}
        return self._runtime.run(name, command, port=port, ready="/readyz", environment=known, parent=self)

    def _monitor(self, name: str, *arguments: str, files: Mapping[str, str], check: Sequence[str]) -> Process:
        port, login = self._ports[name], f"--web.config.file={{dir}}/{WEB}"
        return self._runtime.run(
            name,
            binary(name, *arguments, login, f"--web.listen-address={names.socket(port)}"),
            port=port,
            ready="/-/ready",
            files=files,
            hangup=check,
            login=self._login,
            parent=self,
        )
