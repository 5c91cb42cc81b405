"""The program's side of `pulumi_sixfold.aws.kms_alias`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING

import pulumi

from pulumi_sixfold.aws.kms_alias import AliasArgs, AliasHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Alias", "AliasArgs"]


class Alias(Resource):
    """An alias of a KMS key; its id is its name, without `alias/`.

    KMS keeps no tags on aliases: one that is there already is adopted where it leads to the key.

    One that leads to another key is refused, unless that key is of the same stack and waits for its deletion; so is one
    that a Key has for its own.
    """

    handler = AliasHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        key_id: pulumi.Output[str]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: AliasArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
