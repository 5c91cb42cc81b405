"""A secret for each product, with its keyring (`sixfold.keyring`)."""

from collections.abc import Iterable

from pulumi import ComponentResource, Input, Output, ResourceOptions

from pulumi_sixfold.resources.secretsmanager import Secret, SecretArgs
from sixfold.keyring import SIGNING
from sixfold.outputs import keyring_name


class Keyrings(ComponentResource):
    """The secrets begin with what the service signs by; `sixfold consumer` writes the keys of consumers.

    Outputs: `arns`.
    """

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        products: Iterable[str],
        key_arn: Input[str],
        deletion_protection: bool,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Keyrings", name, None, opts)
        self.arns: list[Output[str]] = [
            Secret(
                f"{name}-{product}",
                SecretArgs(
                    name=keyring_name(stack, product),
                    description=f"who may call {product}: hashes of keys, and what its predictions are signed by",
                    first_random=SIGNING,
                    kms_key_arn=key_arn,
                    force_destroy=not deletion_protection,
                ),
                ResourceOptions(parent=self),
            ).arn
            for product in products
        ]
        self.register_outputs({"arns": self.arns})
