"""ARNs of resources that are not there yet: as far as they are known, wildcards where they are not."""

from collections.abc import Mapping
from typing import Any

from pulumi_sixfold.kit.handler import Handler
from pulumi_sixfold.kit.naming import name_pattern


def arn_patterns(
    handler: type[Handler[Any]], name: str, inputs: Mapping[str, Any], *, region: str, account: str
) -> list[str]:
    """Return the ARNs that a resource's calls are on, its own first. IAM's wildcards stand for what is not known."""
    known = {key: value.removeprefix("https://") for key, value in inputs.items() if isinstance(value, str)}
    pattern = name_pattern(name, limit=handler.facts.name_limit, separator=handler.facts.name_separator)
    values = _Known({"name": pattern, **known, "account": account, "at": f"{region}:{account}"})
    return [arn.format_map(values) for arn in handler.facts.arns]


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "*"
