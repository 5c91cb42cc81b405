"""One resource of each case of the conformance suite, made by its handler alone: no engine, so that a test takes ms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_sixfold.aws.eks_access_entry import AccessEntryHandler
from pulumi_sixfold.aws.eks_addon import AddonHandler
from pulumi_sixfold.aws.eks_pod_identity import PodIdentityAssociationHandler
from pulumi_sixfold.kit.handler import Handler
from tests.engine.conformance._all import collect, needs
from tests.engine.conformance._case import Case

MARK = "urn:pulumi:dev::project::sixfold:test:Thing::"
CASES = collect()
# moto lacks these, and the stand-in has them.
CASES |= {
    "entry": Case(
        AccessEntryHandler,
        {"cluster": "@cluster.name", "principal_arn": "arn:aws:iam::123456789012:role/a", "groups": ["a"]},
        changes=[{"policies": {"arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy": {"namespaces": ["a"]}}}],
    ),
    "addon": Case(
        AddonHandler,
        {"cluster": "@cluster.name", "addon": "vpc-cni", "version": "v1", "configuration": {"a": 1}},
        changes=[{"version": "v2"}],
    ),
    "pod_identity": Case(
        PodIdentityAssociationHandler,
        {"cluster": "@cluster.name", "namespace": "a", "service_account": "b", "role_arn": "arn:aws:iam::1:role/r"},
        changes=[{"role_arn": "arn:aws:iam::1:role/other"}],
    ),
}
TRIED = {name: case for name, case in CASES.items() if not case.supports}

Make = Callable[[type[Handler[Any]]], Any]


@dataclass(frozen=True)
class Made:
    """A resource: its handler, its id, and the inputs that it was made with."""

    handler: Any
    resource_id: str
    args: Any


def estate(make: Make, name: str, before: Callable[[], object] = lambda: None) -> Made:
    """Make the resource of a case, after those that it refers to, and return it; `before` is called in between."""
    made: dict[str, Made] = {}
    for needed in CASES:
        if needed == name:
            before()
        if needed == name or needed in _all_needs(name):
            made[needed] = _make(make, needed, made)
    return made[name]


def _all_needs(name: str) -> set[str]:
    direct = needs(CASES[name])
    return direct.union(*(_all_needs(other) for other in direct)) if direct else set()


def _make(make: Make, name: str, made: Mapping[str, Made]) -> Made:
    handler = make(CASES[name].handler)
    facts = handler.facts
    given = _filled(CASES[name].args, made)
    if "name" in facts.args.model_fields and "name" not in given:
        given["name"] = name.replace("_", facts.name_separator) + f"{facts.name_separator}0"
    args = facts.args.model_validate(given)
    args = facts.args.model_validate({**args.properties(), **handler.defaults(args)})
    resource_id = handler.create(MARK + name, args)
    handler.update(MARK + name, resource_id, args)
    return Made(handler, resource_id, args)


def _filled(given: Any, made: Mapping[str, Made]) -> Any:
    """Return inputs with outputs of others in place of their references."""
    if isinstance(given, str) and given.startswith("@"):
        name, output = given[1:].split(".")
        other = made[name]
        state = other.handler.read(other.resource_id)
        return {**state.args.properties(), **state.outputs, "id": other.resource_id}[output]
    if isinstance(given, dict):
        return {key: _filled(part, made) for key, part in given.items()}
    return [_filled(part, made) for part in given] if isinstance(given, list) else given
