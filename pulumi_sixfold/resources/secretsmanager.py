"""The program's side of `pulumi_sixfold.aws.secretsmanager`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.secretsmanager import SecretArgs, SecretHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Secret", "SecretArgs"]


class Secret(Resource):
    """A secret in Secrets Manager; its id is its name.

    A secret of the same stack that still waits for its end is brought back, not made anew.
    """

    handler = SecretHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        value: pulumi.Output[str | None]
        first_random: pulumi.Output[str | None]
        kms_key_arn: pulumi.Output[str | None]
        policy: pulumi.Output[str | None]
        recovery_days: pulumi.Output[int]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: SecretArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or SecretArgs(), opts)
