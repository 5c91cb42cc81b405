"""The composition root: the order of construction is the flow of data, and grants are given here."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pulumi

from infra.components.access import Access
from infra.components.alarms import Alarms
from infra.components.data_lake import DataLake
from infra.components.keyrings import Keyrings
from infra.components.platform_bucket import PlatformBucket
from infra.components.signing_keys import SigningKeys
from infra.config import Config
from infra.plans import names
from infra.plans.aws.iam import (
    alerting_policy,
    consumers_policy,
    evaluation_policy,
    exporter_policy,
    ingest_policy,
    portal_policy,
    serving_policy,
    training_policy,
    triage_policy,
)
from infra.plans.aws.registry import publisher_policy, releaser_policy
from infra.plans.aws.statements import Document, Estate
from infra.plans.monitoring.alertmanager import teams_of
from infra.plans.routing.traffic import plan_traffic, served
from infra.runtimes.kubernetes import KubernetesRuntime
from infra.runtimes.local import LocalRuntime
from infra.runtimes.runtime import Runtime, Workloads
from sixfold.outputs import PlatformRefs, StackOutputs
from sixfold.wire import ENV_PLATFORM

POLICIES = {
    "ingest": ingest_policy,
    "training": training_policy,
    "serving": serving_policy,
    "evaluation": evaluation_policy,
    "exporter": exporter_policy,
    "portal": portal_policy,
    "consumers": consumers_policy,
    "triage": triage_policy,
    "publisher": publisher_policy,
    "releaser": releaser_policy,
}


def build(config: Config) -> pulumi.Output[dict[str, object]]:
    """Declare the whole platform and return the stack's `environment`."""
    settings, stack = config.settings, config.stack
    runtime = _runtime(config)
    traffic = plan_traffic(
        products=config.products, pins=settings.products, address=runtime.address, today=config.today
    )
    protection = settings.deletion_protection
    in_cloud = pulumi.ResourceOptions(provider=runtime.provider)

    lake = DataLake("lake", databases=names.databases(stack), deletion_protection=protection, opts=in_cloud)
    features = PlatformBucket("features", key_arn=lake.key_arn, deletion_protection=protection, opts=in_cloud)
    real = not (settings.local or settings.aws_endpoint)
    registry = PlatformBucket(
        "registry",
        key_arn=lake.key_arn,
        deletion_protection=protection,
        written_once=real,  # a stand-in reads no conditions of a bucket's policy, and would refuse all writes
        opts=in_cloud,
    )
    signing = SigningKeys("signing", stack=stack, opts=in_cloud)
    keyrings = Keyrings(
        "keyring",
        stack=stack,
        products=config.products,
        key_arn=lake.key_arn,
        deletion_protection=protection,
        opts=in_cloud,
    )
    facts = {
        "region": settings.region,
        "lake_bucket": lake.bucket,
        "features_bucket": features.bucket,
        "registry_bucket": registry.bucket,
        "databases": names.databases(stack).model_dump(),
        "feature_project": names.feature_project(stack),
    }
    platform = pulumi.Output.all(stack=stack, aws_endpoint=runtime.aws_endpoint, **facts).apply(
        PlatformRefs.model_validate
    )
    account = lake.key_arn.apply(names.account)
    estate = pulumi.Output.all(
        stack=stack, account=account, key_arn=lake.key_arn, signing_arns=signing.arns, **facts
    ).apply(Estate.model_validate)
    alarms = Alarms("alarms", account=account, teams=teams_of(config.products), products=config.products, opts=in_cloud)
    alerting = pulumi.Output.all(estate=estate, key_arn=alarms.key_arn, topic_arns=alarms.topic_arns).apply(
        lambda known: alerting_policy(**known)
    )
    access = Access(
        "access",
        trust=runtime.trust,
        policies={job: estate.apply(partial(_policy, plan)) for job, plan in POLICIES.items()} | {"alerting": alerting},
        opts=in_cloud,
    )

    # A release reads its keyring when it starts: it starts after that is there.
    environment = {ENV_PLATFORM: _after(platform, *keyrings.arns).apply(PlatformRefs.model_dump_json)}
    running = runtime.run(
        Workloads(
            config.products, traffic, environment, account, access.role_arns, access.policy_arns, alarms.topic_arns
        )
    )
    anonymous = {name for name, product in config.products.items() if stack in product.anonymous}
    # After everything runs: an `up` that failed leaves the output of the one before, which says what still answers.
    return _after(platform, running).apply(
        lambda known: StackOutputs(
            platform=known, products=served(traffic, runtime.edge, anonymous), endpoints=runtime.endpoints
        ).model_dump(mode="json")
    )


def _after(platform: pulumi.Output[PlatformRefs], *others: pulumi.Output[Any]) -> pulumi.Output[PlatformRefs]:
    """Return the platform, which is known once the others are."""
    return pulumi.Output.all(platform, *others).apply(lambda known: known[0])


def _runtime(config: Config) -> Runtime:
    settings = config.settings
    if settings.cluster:
        return KubernetesRuntime(config, settings.cluster)
    if settings.local:
        return LocalRuntime(config, settings.local)
    raise AssertionError("a stack has one of the two: sixfold.stack.Settings sees to it")


def _policy(plan: Callable[..., Document], estate: Estate) -> Document:
    return plan(estate=estate)
