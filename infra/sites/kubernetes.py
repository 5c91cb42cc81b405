"""A stack on Kubernetes and AWS."""

from pulumi import Input, ResourceOptions

from infra.components.cluster import Cluster
from infra.components.network import Network
from infra.config import Config
from infra.plans import names
from infra.plans.network import plan_network
from infra.plans.served import Pins
from infra.plans.traffic import Upstreams
from infra.providers.aws.provider import Provider, ProviderArgs
from infra.sites.site import Work
from sixfold import cluster as section
from sixfold.environment import Endpoints
from sixfold.stack import Settings


class OnKubernetes:
    """The site of a stack whose runtime is `kubernetes`."""

    trusted = "pods.eks.amazonaws.com"

    def __init__(self, config: Config, cluster: section.Cluster) -> None:
        settings, stack = config.settings, config.stack
        self.aws_endpoint: Input[str | None] = settings.aws_endpoint
        self.provider = Provider(
            stack,
            ProviderArgs(
                region=settings.region,
                endpoint=settings.aws_endpoint,
                account=settings.account,
                role_arn=settings.role_arn,
                default_tags={"sixfold:stack": stack},
            ),
        )
        self.edge = f"https://{cluster.host}"
        self.endpoints = Endpoints(prometheus=None, alertmanager=None, aws=settings.aws_endpoint, portal=self.edge)
        if cluster.eks and settings.network:
            self._make(stack, settings, settings.network, cluster.eks)

    def upstreams(self, pins: Pins) -> Upstreams:  # noqa: ARG002 - TODO
        """Return who answers, each at the address of its Service."""
        return {}

    def run(self, work: Work) -> None:
        """Run it."""

    def _make(self, stack: str, settings: Settings, network: section.Network, eks: section.Eks) -> Cluster:
        in_cloud = ResourceOptions(provider=self.provider)
        net = Network(
            "network",
            region=settings.region,
            cidr=str(network.cidr),
            zones=plan_network(region=settings.region, cidr=network.cidr, zones=network.zones),
            opts=in_cloud,
        )
        return Cluster(
            "cluster",
            physical_name=names.cluster(stack),
            eks=eks,
            region=settings.region,
            subnet_ids=net.private_subnet_ids,
            security_group_ids=[net.api_group_id],
            deletion_protection=settings.deletion_protection,
            opts=in_cloud,
        )
