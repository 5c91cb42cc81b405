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
from infra.plans.aws.iam import pod_trust
from infra.plans.aws.statements import Document
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
from infra.runtimes.foundation import Foundation, lay
from infra.runtimes.runtime import Workloads
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from sixfold import cluster as section
from sixfold.outputs import Endpoints

_ACCOUNTS = {
    "serving": ("serving", SERVING),
    "exporter": ("monitoring", EXPORTER),
    "evaluation": ("monitoring", EVALUATION),
    "portal": ("monitoring", PORTAL_SERVER),
    "alerting": ("monitoring", ALERTMANAGER),
    "training": ("training", TRAINING),
}
"""The area and the service account of each job that has a pod. Any other job's pods are somebody's own, in training."""


class KubernetesRuntime:
    """The runtime of a stack whose stack file says `runtime: kubernetes`."""

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
                permissions_boundary=settings.permissions_boundary,
                default_tags={"sixfold:stack": config.stack},
            ),
        )
        self._team = cluster.team
        self._foundation = lay(config, cluster, self.provider)
        self.address = service_addresses(self._foundation.target.namespace)

    def trust(self, job: str) -> Input[Document]:
        """Return the trust policy of a job's role: its own service account on the stack's cluster takes it."""
        area, account = _ACCOUNTS.get(job, ("training", job))
        trust = partial(
            pod_trust, namespace=names.namespace(self._foundation.config.stack, area), service_account=account
        )
        cluster = self._foundation.cluster
        return cluster.arn.apply(trust) if cluster else trust(None)

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


def _roles(on: Foundation, area: str, workloads: Workloads) -> list[Resource]:
    """Give the service accounts of an area the roles of their jobs."""
    mine = {account: workloads.role_arns[job] for job, (where, account) in _ACCOUNTS.items() if where == area}
    return on.roles(names.namespace(on.config.stack, area), mine)


def _serving(on: Foundation, workloads: Workloads, environment: Mapping[str, Any], portal: str) -> ManifestSet:
    phases = plan_serving(on.target, workloads.traffic, image=on.image, portal=portal, environment=environment)
    roles = _roles(on, "serving", workloads)
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
    needed = [*on.operators.needed("monitoring"), *after, *_roles(on, "monitoring", workloads)]
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
    after = [*on.operators.needed("ray", "queues"), *_roles(on, "training", workloads)]
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
