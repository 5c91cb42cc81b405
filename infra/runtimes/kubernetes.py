"""A stack on Kubernetes and AWS: one function for each subsystem, on one foundation."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pulumi import Input, Output, Resource, ResourceOptions

from infra.components.cloud_alarms import CloudAlarms
from infra.components.manifest_set import ManifestSet
from infra.components.people import People
from infra.config import Config
from infra.plans import names
from infra.plans.aws.alarms import cluster_alarms, network_alarms, topic_alarms
from infra.plans.kubernetes.evaluation import EVALUATION
from infra.plans.kubernetes.gateway import PORTAL
from infra.plans.kubernetes.monitoring import ALERTMANAGER, EXPORTER, plan_monitoring
from infra.plans.kubernetes.portal import PORTAL as PORTAL_SERVER
from infra.plans.kubernetes.serving import ACCOUNT as SERVING
from infra.plans.kubernetes.serving import service_addresses
from infra.plans.kubernetes.stack import plan_serving
from infra.plans.kubernetes.training import ACCOUNT as TRAINING
from infra.plans.kubernetes.training import plan_training
from infra.plans.monitoring.alertmanager import sns_config, teams_of
from infra.plans.monitoring.rules import PLATFORM_TEAM, prometheus_rules
from infra.plans.portal.page import portal_page
from infra.runtimes.foundation import PODS, Foundation, lay
from infra.runtimes.runtime import Workloads
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from sixfold import cluster as section
from sixfold.outputs import Endpoints


class KubernetesRuntime:
    """The runtime of a stack whose stack file says `runtime: kubernetes`."""

    trusted = PODS

    def __init__(self, config: Config, cluster: section.Cluster) -> None:
        settings = config.settings
        self.aws_endpoint: Input[str | None] = settings.aws_endpoint
        self.edge = f"{'https' if cluster.certificate else 'http'}://{cluster.host}"
        self.endpoints = Endpoints(prometheus=None, alertmanager=None, aws=settings.aws_endpoint, portal=self.edge)
        self.provider = Provider(
            config.stack,
            ProviderArgs(
                region=settings.region,
                endpoint=settings.aws_endpoint,
                account=settings.account,
                role_arn=settings.role_arn,
                default_tags={"sixfold:stack": config.stack},
            ),
        )
        self._team = cluster.team
        self._foundation = lay(config, cluster, self.provider)
        self.address = service_addresses(self._foundation.target.namespace)

    def run(self, workloads: Workloads) -> Output[Any]:
        """Run the releases behind the gateway, the monitors, and training; return what is known once releases run."""
        on, environment = self._foundation, self._environment(workloads)
        portal = portal_page(
            stack=on.config.stack, products=workloads.products, traffic=workloads.traffic, edge=self.edge
        )
        serving = _serving(on, workloads, environment, portal)
        monitoring = _monitoring(on, workloads, environment, self.edge, after=serving.namespace)
        training = _training(on, workloads, environment, self._team)
        _people(on, workloads, after=[*serving.namespace, *monitoring.namespace, *training.namespace])
        _cloud_alarms(on, workloads.topic_arns)
        return serving.running

    def _environment(self, workloads: Workloads) -> dict[str, Input[str]]:
        region = self._foundation.config.settings.region
        return {**names.pod_environment(region=region), **workloads.environment}


def _serving(on: Foundation, workloads: Workloads, environment: Mapping[str, Any], portal: str) -> ManifestSet:
    phases = plan_serving(on.target, workloads.traffic, image=on.image, portal=portal, environment=environment)
    roles = on.roles(on.target.namespace, {SERVING: workloads.role_arns["serving"]})
    after = [*on.operators.needed("gateway"), *roles]
    return ManifestSet("ServingPods", "serving", phases=phases, after=after, opts=on.in_cluster)


def _monitoring(
    on: Foundation, workloads: Workloads, environment: Mapping[str, Any], edge: str, *, after: Sequence[Resource]
) -> ManifestSet:
    """Declare the monitors; some of their manifests are in the namespace of serving, which `after` is."""
    phases = plan_monitoring(
        on.target,
        products=workloads.products,
        rules=prometheus_rules(products=workloads.products, traffic=workloads.traffic, parts=[PORTAL]),
        routing=Output.all(**workloads.topic_arns).apply(partial(_routing, region=on.config.settings.region)),
        image=on.image,
        environment=environment,
        edge=edge,
    )
    jobs = {EXPORTER: EXPORTER, EVALUATION: EVALUATION, PORTAL_SERVER: "portal", ALERTMANAGER: "alerting"}
    roles = on.roles(on.target.monitoring, {account: workloads.role_arns[job] for account, job in jobs.items()})
    needed = [*on.operators.needed("monitoring"), *after, *roles]
    return ManifestSet("Watching", "monitoring", phases=phases, after=needed, opts=on.in_cluster)


def _routing(topic_arns: dict[str, str], *, region: str) -> str:
    return json.dumps(sns_config(topic_arns=topic_arns, region=region))  # which is YAML too


def _training(on: Foundation, workloads: Workloads, environment: Mapping[str, Any], team: section.Team) -> ManifestSet:
    namespace = names.namespace(on.config.stack, "training")
    phases = plan_training(
        on.config.stack,
        where=namespace,
        teams=teams_of(workloads.products),
        share=team,
        image=on.image,
        environment=environment,
    )
    after = [
        *on.operators.needed("ray", "queues"),
        *on.roles(namespace, {TRAINING: workloads.role_arns["training"]}),
    ]
    return ManifestSet("TrainingCluster", "training", phases=phases, after=after, opts=on.in_cluster)


def _people(on: Foundation, workloads: Workloads, *, after: Sequence[Resource]) -> None:
    """Declare the people's roles, in AWS and on the cluster."""
    People(
        "people",
        stack=on.config.stack,
        roles=on.config.roles,
        policy_arns=workloads.policy_arns,
        account=workloads.account,
        cluster=on.cluster.name if on.cluster else None,
        after=after,
        opts=ResourceOptions(providers=[on.aws, on.kubernetes]),
    )


def _cloud_alarms(on: Foundation, topic_arns: Mapping[str, Output[str]]) -> None:
    """Declare CloudWatch alarms on what AWS alone can see; the platform's team is notified."""
    settings = on.config.settings
    topics = {team: arn.apply(names.last_part) for team, arn in topic_arns.items()}
    alarms = [*network_alarms(on.network.nat_ids)] if on.network else []
    alarms += cluster_alarms(on.cluster.name) if on.cluster else ()
    CloudAlarms(
        "cloud",
        plan=[*alarms, *topic_alarms(topics)],
        topic_arn=topic_arns[PLATFORM_TEAM],
        stack=on.config.stack,
        budget_usd=None if settings.aws_endpoint else settings.budget_usd,  # a stand-in sends no bill
        opts=on.in_cloud,
    )
