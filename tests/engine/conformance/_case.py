"""Conformance case of a resource type: inputs, changes to them, and changes by somebody else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_sixfold.kit.handler import Handler

Aws = Callable[[str], Any]
"""service → its boto3 client on the moto server."""

GONE = "gone"
"""The drift of a resource that somebody deleted: it is made again."""

BY_HAND = {"Key": "by", "Value": "hand"}
"""A tag that somebody sets behind the engine's back."""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}


def may(action: str) -> dict[str, Any]:
    """Return a policy document that allows an action."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


@dataclass(frozen=True)
class Case:
    """One resource. Inputs may refer to outputs of cases before it, `@name.output`, anywhere inside.

    Attributes:
        handler: its type.
        args: the inputs at first.
        changes: further inputs, one step after the other and each on top of those before. A step changes one input, or
            several that only change together. Whether that must update or replace is the handler's `create_only`.
        drift: input → what somebody else does, given clients and the resource's id, so that a refresh finds that input
            changed; GONE → what deletes it.
        constant: inputs that no step changes → why.
        unseen: inputs whose drift is not tried → why: what moto lacks, for the most part.

    A case without changes and drift is there for others to refer to: what is referred to must not be replaced.
    """

    handler: type[Handler[Any]]
    args: dict[str, Any]
    changes: list[dict[str, Any]] = field(default_factory=list)
    drift: Mapping[str, Callable[[Aws, str], object]] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)

    @property
    def supports(self) -> bool:
        """Whether it is there only for others."""
        return not (self.changes or self.drift)
