"""A stack on Kubernetes and AWS."""

import json
from collections.abc import Mapping
from pathlib import Path

import pulumi_kubernetes
from pulumi import Input, Output, Resource, ResourceOptions

from infra.components.access import Access
from infra.components.cloud_alarms import CloudAlarms
from infra.components.cluster import Cluster
from infra.components.network import Network
from infra.components.operators import Operators
from infra.components.people import People
from infra.components.runner import Runner
from infra.components.serving_pods import ServingPods
from infra.components.training_cluster import TrainingCluster
from infra.components.watching import Watching
from infra.config import Config
from infra.plans import names
from infra.plans.aws.alarms import cluster_alarms, network_alarms, topic_alarms
from infra.plans.aws.network import plan_network
from infra.plans.kubernetes.evaluation import EVALUATION
from infra.plans.kubernetes.gateway import PORTAL
from infra.plans.kubernetes.monitoring import ALERTMANAGER, EXPORTER, plan_watching
from infra.plans.kubernetes.operators import plan_operators
from infra.plans.kubernetes.requests import adapter
from infra.plans.kubernetes.scaling import AUTOSCALER, autoscaler_policy, scaling_operators
from infra.plans.kubernetes.serving import ACCOUNT, service_upstreams
from infra.plans.kubernetes.stack import plan_serving
from infra.plans.kubernetes.target import Place
from infra.plans.kubernetes.training import ACCOUNT as TRAINING
from infra.plans.kubernetes.training import plan_training
from infra.plans.monitoring.alertmanager import sns_config, teams_of
from infra.plans.monitoring.rules import PLATFORM_TEAM, prometheus_rules
from infra.plans.portal.page import portal_page
from infra.plans.routing.traffic import Pins, Upstreams
from infra.runtimes.runtime import Work
from pulumi_sixfold.resources.eks_pod_identity import PodIdentityAssociation, PodIdentityAssociationArgs
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from sixfold import cluster as section
from sixfold.outputs import Endpoints
from sixfold.roles import read_roles

_GATEWAY_NAMESPACE = "envoy-gateway-system"


class KubernetesRuntime:
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
        self._in_cloud = ResourceOptions(provider=self.provider)
        self.edge = f"{'https' if cluster.certificate else 'http'}://{cluster.host}"
        self.endpoints = Endpoints(prometheus=None, alertmanager=None, aws=settings.aws_endpoint, portal=self.edge)
        self._region, self._digest, self._share = settings.region, cluster.runner, cluster.team
        self._people = read_roles(Path(__file__).parents[2] / "stacks" / "roles.yaml")
        self._runner = Runner("runner", deletion_protection=settings.deletion_protection, opts=self._in_cloud)
        self._place = Place(
            stack=stack,
            namespace=names.namespace(stack, "serving"),
            monitoring=names.namespace(stack, "monitoring"),
            gateway=_GATEWAY_NAMESPACE,
            host=cluster.host,
            certificate=cluster.certificate,
            api=tuple(str(cidr) for cidr in ([settings.network.cidr] if settings.network else cluster.api_cidrs)),
        )
        self._network: Network | None = None
        self._budget_usd = None if settings.aws_endpoint else settings.budget_usd  # a stand-in sends no bill
        self._cluster = self._make(config, cluster.eks)
        self._kubernetes = pulumi_kubernetes.Provider(
            "kubernetes",
            kubeconfig=self._cluster.kubeconfig if self._cluster and not cluster.context else None,
            context=cluster.context,
            enable_server_side_apply=True,
            enable_patch_force=True,  # else a field that somebody edited by hand stops every later `up`
        )
        scaling = scaling_operators(names.cluster(stack), cluster.eks, region=settings.region) if cluster.eks else ()
        self._operators = Operators(
            "operators",
            plan=plan_operators(cluster.present, [adapter(self._place.monitoring), *scaling]),
            after=self._machines(cluster),
            opts=ResourceOptions(provider=self._kubernetes),
        )

    def upstreams(self, pins: Pins) -> Upstreams:
        """Return who answers, each at the address of its Service."""
        return service_upstreams(pins, self._place.namespace)

    def run(self, work: Work) -> None:
        """Run each release, the gateway before them, the monitors beside them, and what trains the next."""
        place, in_cluster = self._place, ResourceOptions(provider=self._kubernetes)
        image = self._runner.image(self._digest) if self._digest else None
        environment = {**names.pod_environment(region=self._region), **work.environment}
        plan = plan_serving(
            place,
            work.traffic,
            image=image,
            portal=portal_page(products=work.products, traffic=work.traffic, endpoints=self.endpoints),
            environment=environment,
        )
        roles = self._roles(place.namespace, {ACCOUNT: work.role_arns["serving"]})
        serving = ServingPods("serving", plan=plan, after=[*self._operators.needed("gateway"), *roles], opts=in_cluster)

        watching = plan_watching(
            place,
            products=work.products,
            rules=prometheus_rules(products=work.products, traffic=work.traffic, parts=[PORTAL]),
            routing=Output.all(**work.topic_arns).apply(self._routing),
            image=image,
            environment=environment,
        )
        watchers = {name: work.role_arns[name] for name in (EXPORTER, EVALUATION)}
        watchers |= {ALERTMANAGER: work.role_arns["alerting"]}
        after = [
            *self._operators.needed("monitoring"),
            *serving.room,
            *self._roles(place.monitoring, watchers),
        ]
        watch = Watching("monitoring", plan=watching, after=after, opts=in_cluster)

        self._watch_aws(work.topic_arns)
        where = names.namespace(place.stack, "training")
        training = plan_training(
            place.stack,
            where=where,
            teams=teams_of(work.products),
            share=self._share,
            image=image,
            environment=environment,
        )
        trains = [
            *self._operators.needed("ray", "queues"),
            *self._roles(where, {TRAINING: work.role_arns["training"]}),
        ]
        train = TrainingCluster("training", plan=training, after=trains, opts=in_cluster)
        People(
            "people",
            stack=place.stack,
            roles=self._people,
            policy_arns=work.policy_arns,
            cluster=self._cluster.name if self._cluster else None,
            after=[*serving.room, *watch.room, *train.room],
            opts=ResourceOptions(providers=[self.provider, self._kubernetes]),
        )

    def _watch_aws(self, topic_arns: Mapping[str, Output[str]]) -> None:
        """Have AWS tell of what it alone can see; the platform's team hears of it."""
        topics = {team: arn.apply(names.last_part) for team, arn in topic_arns.items()}
        made = [*network_alarms(self._network.nat_ids)] if self._network else []
        made += cluster_alarms(self._cluster.name) if self._cluster else ()
        CloudAlarms(
            "cloud",
            plan=[*made, *topic_alarms(topics)],
            topic_arn=topic_arns[PLATFORM_TEAM],
            stack=self._place.stack,
            budget_usd=self._budget_usd,
            opts=self._in_cloud,
        )

    def _machines(self, cluster: section.Cluster) -> list[Resource]:
        """Return what operators wait for: the cluster that is made, and the rights to resize it."""
        if self._cluster is None:
            return []
        if "autoscaler" in cluster.present:
            return [self._cluster]
        policy = self._cluster.arn.apply(autoscaler_policy)
        access = Access("machines", service=self.trusted, policies={"autoscaler": policy}, opts=self._in_cloud)
        return [self._cluster, *self._roles(AUTOSCALER, {AUTOSCALER: access.role_arns["autoscaler"]})]

    def _routing(self, topic_arns: dict[str, str]) -> str:
        return json.dumps(sns_config(topic_arns=topic_arns, region=self._region))  # which is YAML too

    def _roles(self, namespace: str, roles: Mapping[str, Output[str]]) -> list[Resource]:
        """Give service accounts their roles in AWS: before their pods, which have none else until they start again."""
        if self._cluster is None:
            return []
        return [
            PodIdentityAssociation(
                f"{namespace}-{account}",
                PodIdentityAssociationArgs(
                    cluster=self._cluster.name, namespace=namespace, service_account=account, role_arn=role
                ),
                self._in_cloud,
            )
            for account, role in roles.items()
        ]

    def _make(self, config: Config, eks: section.Eks | None) -> Cluster | None:
        settings = config.settings
        if eks is None or settings.network is None:
            return None
        network, region = settings.network, settings.region
        net = self._network = Network(
            "network",
            region=region,
            cidr=str(network.cidr),
            zones=plan_network(region=region, cidr=network.cidr, zones=network.zones),
            opts=self._in_cloud,
        )
        return Cluster(
            "cluster",
            physical_name=names.cluster(config.stack),
            eks=eks,
            region=region,
            subnet_ids=net.private_subnet_ids,
            security_group_ids=[net.api_group_id],
            deletion_protection=settings.deletion_protection,
            opts=self._in_cloud,
        )
