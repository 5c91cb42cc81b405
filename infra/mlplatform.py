"""The composition root: the order of construction is the flow of data, and grants are given here."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pulumi

from infra.components.access import Access
from infra.components.cloud import Cloud
from infra.components.data_lake import DataLake
from infra.components.monitoring import Monitoring
from infra.components.runtime import Processes
from infra.components.serving import Serving
from infra.components.store import Store
from infra.config import Config
from infra.plans import names
from infra.plans.iam import Document, Estate, ingest_policy, serving_policy, training_policy
from infra.plans.monitoring import plan_monitoring
from infra.plans.portal import portal_page
from infra.plans.served import served, upstreams
from infra.plans.traffic import plan_traffic
from infra.providers.aws.provider import Provider, ProviderArgs
from sixfold.environment import Environment, Platform

POLICIES = {"ingest": ingest_policy, "training": training_policy, "serving": serving_policy}


def build(config: Config) -> pulumi.Output[dict[str, object]]:
    """Declare the whole platform and return the stack's `environment`."""
    settings, stack = config.settings, config.stack
    ports = names.service_ports(settings.local.first_port)
    endpoints = names.endpoints(ports)
    traffic = plan_traffic(
        products=config.products,
        upstreams=upstreams(settings.products, settings.local.first_port),
        today=datetime.now(UTC).date(),
    )

    runtime = Processes(
        provider=Provider("processes", ProviderArgs()),
        home=config.home,
        root=config.root,
        environment=names.job_environment(region=settings.region, home=config.home),
    )
    cloud = Cloud(stack, runtime=runtime, port=ports["aws"], region=settings.region)
    protection = settings.deletion_protection
    in_cloud = pulumi.ResourceOptions(provider=cloud.provider)

    lake = DataLake("lake", databases=names.databases(stack), deletion_protection=protection, opts=in_cloud)
    features = Store("features", key_arn=lake.key_arn, deletion_protection=protection, opts=in_cloud)
    registry = Store("registry", key_arn=lake.key_arn, deletion_protection=protection, opts=in_cloud)
    facts = {
        "region": settings.region,
        "lake_bucket": lake.bucket,
        "features_bucket": features.bucket,
        "registry_bucket": registry.bucket,
        "databases": names.databases(stack).model_dump(),
        "feature_project": names.feature_project(stack),
    }
    platform = pulumi.Output.all(stack=stack, aws_endpoint=cloud.endpoint, **facts).apply(Platform.model_validate)
    estate = pulumi.Output.all(account=lake.key_arn.apply(names.account), key_arn=lake.key_arn, **facts).apply(
        Estate.model_validate
    )
    Access(
        "access",
        service="ec2.amazonaws.com",
        policies={job: estate.apply(partial(_policy, plan)) for job, plan in POLICIES.items()},
        opts=in_cloud,
    )

    environment = {"SIXFOLD_PLATFORM": platform.apply(Platform.model_dump_json)}
    Monitoring(
        "monitoring",
        runtime=runtime,
        plan=plan_monitoring(stack=stack, products=config.products, traffic=traffic, ports=ports),
        ports=ports,
        key_arn=lake.key_arn,
        environment=environment,
        opts=in_cloud,
    )
    Serving(
        "serving",
        runtime=runtime,
        traffic=traffic,
        portal=portal_page(products=config.products, traffic=traffic, endpoints=endpoints),
        ports=ports,
        environment=environment,
    )
    return platform.apply(
        lambda known: Environment(
            platform=known, products=served(traffic, names.address(ports["edge"])), endpoints=endpoints
        ).model_dump(mode="json")
    )


def _policy(plan: Callable[..., Document], estate: Estate) -> Document:
    return plan(estate=estate)
