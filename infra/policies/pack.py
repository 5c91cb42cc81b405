"""The rules as CrossGuard policies: reads what the engine sends, and reports in its words."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.runtime.proto.analyzer_pb2 import AnalyzerStackConfigureRequest
from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyProviderResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import policy as sdk
from pulumi_policy.proxy import UnknownValueError

from infra.checks.cost.estimate import Resource
from infra.policies.exemptions import exemption
from infra.policies.rule import Props, Rule, Setting, StackRule
from infra.policies.values import UNKNOWN, get
from sixfold.stack import KEY, parse


class Stack:
    """Facts about the stack, which the engine gives the pack before the first resource."""

    deletion_protection: bool = True
    insecure: bool = False
    budget_usd: float | None = None

    def configure(self, project: str, config: Mapping[str, str]) -> None:
        """Take the stack's configuration, as `Pulumi.<stack>.yaml` has it; a program without ours keeps its data."""
        given = config.get(f"{project}:{KEY}")
        if given is not None:
            settings = parse(json.loads(given), f"{project}:{KEY}")
            self.deletion_protection, self.budget_usd = settings.deletion_protection, settings.budget_usd
            self.insecure = settings.cluster is not None and settings.cluster.insecure


def listen(stack: Stack) -> None:
    """Pass a stack its configuration: the engine sends it by this call alone, and pulumi-policy 1.21 drops it."""
    servicer: Any = sdk._PolicyAnalyzerServicer  # noqa: SLF001 - there is no public way; the version is bounded
    answer = servicer.ConfigureStack

    def configure_stack(self: object, request: AnalyzerStackConfigureRequest, context: object) -> object:
        stack.configure(request.project, request.config)
        return answer(self, request, context)

    servicer.ConfigureStack = configure_stack


def policy(rule: Rule, stack: Stack) -> ResourceValidationPolicy:
    """Return a rule as a policy of a stack."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if not rule.covers(args.resource_type):
            return
        provider = provider_settings(args.provider)
        exempt = exemption(rule, Setting("endpoint" in provider, stack.deletion_protection, stack.insecure))
        if exempt:
            args.not_applicable(exempt.reason)
        for finding in rule.check(with_default_tags(known(args.props), provider)):
            report(f"{finding}: {rule.remedy}", args.urn)

    return ResourceValidationPolicy(
        name=rule.id,
        description=rule.title,
        validate=validate,
        enforcement_level=EnforcementLevel(rule.enforcement),
        framework=PolicyComplianceFramework(name=rule.source),
        remediation_steps=rule.remedy,
    )


def stack_policy(rule: StackRule, stack: Stack) -> StackValidationPolicy:
    """Return a rule over a whole stack as a policy of it."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for finding in rule.check(on_aws(args), stack.budget_usd):
            report(f"{finding}: {rule.remedy}", None)

    return StackValidationPolicy(
        name=rule.id,
        description=rule.title,
        validate=validate,
        enforcement_level=EnforcementLevel(rule.enforcement),
        framework=PolicyComplianceFramework(name=rule.source),
        remediation_steps=rule.remedy,
    )


def on_aws(args: StackValidationArgs) -> list[Resource]:
    """Return the resources whose provider speaks to a region of real AWS, and not to a stand-in."""
    found = [(each, provider_settings(each.provider)) for each in args.resources]
    return [
        Resource(each.urn, known(each.props), provider["region"])
        for each, provider in found
        if isinstance(provider.get("region"), str) and "endpoint" not in provider
    ]


def known(value: Any) -> Any:  # noqa: ANN401 - any property value
    """Return the engine's value in plain containers. Its own proxies raise when an unknown value is read."""
    if isinstance(value, Mapping):
        return {name: _part(value, name) for name in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_part(value, index) for index in range(len(value))]
    return value


def with_default_tags(props: Props, provider: Props) -> Props:
    """Add the provider's tags: in a preview in which its settings are not all known, it has not done so itself."""
    defaults, own = get(provider, "default_tags"), get(props, "tags")
    if "tags" not in props or own is UNKNOWN or defaults is None:
        return props
    return {**props, "tags": UNKNOWN if defaults is UNKNOWN else {**defaults, **(own or {})}}


def provider_settings(provider: PolicyProviderResource | None) -> Props:
    """Return the settings of a resource's provider; none where it has none of its own."""
    return known(provider.props) if provider else {}


def _part(container: Any, key: Any) -> Any:  # noqa: ANN401 - any property value
    try:
        return known(container[key])
    except UnknownValueError:
        return UNKNOWN
