"""The foundation of a stack on Kubernetes: network, cluster, operators, the runner image, and roles for pods."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pulumi_kubernetes
from pulumi import Output, Resource, ResourceOptions

from infra.components.access import Access
from infra.components.cluster import Cluster, Subnets
from infra.components.network import Network
from infra.components.operators import Operators
from infra.components.runner import Runner
from infra.config import Config
from infra.plans import names
from infra.plans.aws.iam import pod_trust
from infra.plans.aws.network import ZonePlan, plan_network
from infra.plans.aws.service_policies import autoscaler_policy
from infra.plans.kubernetes.operators import plan_operators
from infra.plans.kubernetes.requests import adapter
from infra.plans.kubernetes.scaling import AUTOSCALER, scaling_operators
from infra.plans.kubernetes.target import KubernetesTarget
from pulumi_sixfold.resources.eks_pod_identity import PodIdentityAssociation, PodIdentityAssociationArgs
from pulumi_sixfold.resources.provider import Provider
from sixfold import cluster as section

_GATEWAY_NAMESPACE = "envoy-gateway-system"


@dataclass(frozen=True)
class Foundation:
    """All workloads of the stack need it. `network` and `cluster` are None where the stack uses an existing cluster.

    `image` is the runner image, and None before the first one is pushed.
    """

    config: Config
    target: KubernetesTarget
    aws: Provider
    kubernetes: pulumi_kubernetes.Provider
    network: Network | None
    cluster: Cluster | None
    operators: Operators
    image: Output[str] | None

    @property
    def in_cloud(self) -> ResourceOptions:
        """The options of resources in AWS."""
        return ResourceOptions(provider=self.aws)

    @property
    def in_cluster(self) -> ResourceOptions:
        """The options of resources on the cluster."""
        return ResourceOptions(provider=self.kubernetes)

    def roles(self, namespace: str, roles: Mapping[str, Output[str]]) -> list[Resource]:
        """Associate service accounts with their roles in AWS; pods start after it, as a running one gets no role."""
        return _roles(self.cluster, namespace, roles, self.in_cloud)


def lay(config: Config, cluster: section.Cluster, aws: Provider) -> Foundation:
    """Declare the foundation."""
    in_cloud = ResourceOptions(provider=aws)
    runner = Runner("runner", deletion_protection=config.settings.deletion_protection, opts=in_cloud)
    target = _target(config, cluster)
    network = _network(config, in_cloud) if cluster.eks else None
    eks = _cluster(config, cluster.eks, network, in_cloud) if cluster.eks and network else None
    kubernetes = pulumi_kubernetes.Provider(
        "kubernetes",
        kubeconfig=eks.kubeconfig if eks and not cluster.context else None,
        context=cluster.context,
        enable_server_side_apply=True,
        enable_patch_force=True,  # else a field that somebody edited by hand stops every later `up`
    )
    return Foundation(
        config=config,
        target=target,
        aws=aws,
        kubernetes=kubernetes,
        network=network,
        cluster=eks,
        operators=_operators(config, cluster, target, eks, kubernetes, in_cloud),
        image=runner.image(cluster.runner) if cluster.runner else None,
    )


def _target(config: Config, cluster: section.Cluster) -> KubernetesTarget:
    return KubernetesTarget(
        stack=config.stack,
        namespace=names.namespace(config.stack, "serving"),
        monitoring=names.namespace(config.stack, "monitoring"),
        gateway=_GATEWAY_NAMESPACE,
        host=cluster.host,
        certificate=cluster.certificate,
        public=cluster.public,
        api=tuple(zone.control for zone in _zones(config)) or tuple(map(str, cluster.api_cidrs)),
    )


def _zones(config: Config) -> tuple[ZonePlan, ...]:
    """Return the zones of the stack's own network, if it has one."""
    network = config.settings.network
    return plan_network(region=config.settings.region, cidr=network.cidr, zones=network.zones) if network else ()


def _network(config: Config, in_cloud: ResourceOptions) -> Network | None:
    network, region = config.settings.network, config.settings.region
    if network is None:
        return None
    return Network("network", region=region, cidr=str(network.cidr), zones=_zones(config), opts=in_cloud)


def _cluster(config: Config, eks: section.Eks, network: Network, in_cloud: ResourceOptions) -> Cluster:
    return Cluster(
        "cluster",
        physical_name=names.cluster(config.stack),
        eks=eks,
        region=config.settings.region,
        subnets=Subnets(control=network.control_subnet_ids, machines=network.private_subnet_ids),
        security_group_ids=[network.api_group_id],
        deletion_protection=config.settings.deletion_protection,
        opts=in_cloud,
    )


def _operators(
    config: Config,
    cluster: section.Cluster,
    target: KubernetesTarget,
    eks: Cluster | None,
    kubernetes: pulumi_kubernetes.Provider,
    in_cloud: ResourceOptions,
) -> Operators:
    region = config.settings.region
    scaling = scaling_operators(names.cluster(config.stack), cluster.eks, region=region) if cluster.eks else ()
    after: list[Resource] = []
    if eks:
        after = [eks]
        if "autoscaler" not in cluster.present:
            policies = {"autoscaler": eks.arn.apply(autoscaler_policy)}
            trust = eks.arn.apply(partial(pod_trust, namespace=AUTOSCALER, service_account=AUTOSCALER))
            access = Access("machines", trust=lambda _: trust, policies=policies, opts=in_cloud)
            after += _roles(eks, AUTOSCALER, {AUTOSCALER: access.role_arns["autoscaler"]}, in_cloud)
    return Operators(
        "operators",
        plan=plan_operators(cluster.present, [adapter(target.monitoring), *scaling]),
        api=target.api,
        after=after,
        opts=ResourceOptions(provider=kubernetes),
    )


def _roles(
    cluster: Cluster | None, namespace: str, roles: Mapping[str, Output[str]], in_cloud: ResourceOptions
) -> list[Resource]:
    if cluster is None:
        return []
    return [
        PodIdentityAssociation(
            f"{namespace}-{account}",
            PodIdentityAssociationArgs(
                cluster=cluster.name, namespace=namespace, service_account=account, role_arn=role
            ),
            in_cloud,
        )
        for account, role in roles.items()
    ]
