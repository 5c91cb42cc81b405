"""A stack on this machine: processes, and a moto server as its AWS."""

from typing import Any

from pulumi import Output

from infra.components.local_aws import LocalAws
from infra.components.monitoring import Monitoring
from infra.components.processes import Processes
from infra.components.serving import Serving
from infra.config import Config
from infra.plans import names
from infra.plans.aws.iam import assume_role_policy
from infra.plans.aws.statements import Document
from infra.plans.monitoring.local import plan_monitoring
from infra.plans.portal.page import portal_page
from infra.plans.routing.traffic import local_addresses
from infra.runtimes.runtime import Workloads
from infra.stand_in.key import access_key
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from sixfold.stack import Local


class LocalRuntime:
    """The runtime of a stack whose stack file says `runtime: processes`."""

    def __init__(self, config: Config, local: Local) -> None:
        self._stack = config.stack
        self._ports = names.service_ports(local.first_port)
        key = access_key(config.home)
        self._runtime = Processes(
            provider=Provider("processes", ProviderArgs()),
            home=config.home,
            root=config.root,
            environment=names.job_environment(region=config.settings.region, home=config.home, access_key=key),
        )
        cloud = LocalAws(
            config.stack,
            runtime=self._runtime,
            port=self._ports["aws"],
            region=config.settings.region,
            access_key=key,
        )
        self.provider, self.aws_endpoint = cloud.provider, cloud.endpoint
        self.address = local_addresses(config.settings.products, local.first_port)
        self.edge = names.address(self._ports["edge"])
        self._password, self._login = key, names.monitor_login(key)
        self.endpoints = names.endpoints(self._ports, self._login)

    def trust(self, job: str) -> Document:  # noqa: ARG002 - on this machine each job is a process of the same person
        """Return the trust policy of a job's role. A machine takes it: the stand-in asks nobody."""
        return assume_role_policy(service="ec2.amazonaws.com")

    def run(self, workloads: Workloads) -> Output[Any]:
        """Run the monitors, each release, and the edge before them; return what is known once the edge runs."""
        Monitoring(
            "monitoring",
            runtime=self._runtime,
            plan=plan_monitoring(
                stack=self._stack,
                products=workloads.products,
                traffic=workloads.traffic,
                ports=self._ports,
                password=self._password,
            ),
            ports=self._ports,
            environment=workloads.environment,
            products=workloads.products,
            login=self._login,
        )
        serving = Serving(
            "serving",
            runtime=self._runtime,
            traffic=workloads.traffic,
            portal=portal_page(
                stack=self._stack, products=workloads.products, traffic=workloads.traffic, edge=self.edge
            ),
            ports=self._ports,
            environment=workloads.environment,
        )
        return serving.running
