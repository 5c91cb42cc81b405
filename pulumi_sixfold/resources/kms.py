"""The program's side of `pulumi_sixfold.aws.kms`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.kms import KeyArgs, KeyHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Key", "KeyArgs"]


class Key(Resource):
    """A KMS key; its id is the key id. The tag `sixfold:alias` says which alias is its own; further ones are Aliases.

    A key without the tag, such as one that was made by hand, has the first of its aliases for its own; where it gets
    another name, it keeps them all.
    """

    handler = KeyHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        usage: pulumi.Output[str]
        enabled: pulumi.Output[bool]
        rotation: pulumi.Output[bool]
        rotation_days: pulumi.Output[int | None]
        policy: pulumi.Output[str | None]
        deletion_window_days: pulumi.Output[int]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: KeyArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or KeyArgs(), opts)
