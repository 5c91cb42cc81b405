"""The keys that a stack's releases and ledgers are signed by."""

from pulumi import ComponentResource, Output, ResourceOptions

from pulumi_sixfold.resources.kms import Key, KeyArgs
from sixfold.outputs import Purpose, signing_key_name

PURPOSES: dict[Purpose, str] = {
    "releases": "Signs releases: their bentos and records",
    "ledger": "Signs the entries of the release ledgers",
}


class SigningKeys(ComponentResource):
    """One key for each purpose, so that who may do the one need not be able to do the other.

    Outputs: `arns`, by purpose.
    """

    def __init__(self, name: str, *, stack: str, opts: ResourceOptions | None = None) -> None:
        super().__init__("sixfold:components:SigningKeys", name, None, opts)
        self.arns: dict[Purpose, Output[str]] = {
            purpose: Key(
                f"{name}-{purpose}",
                KeyArgs(name=signing_key_name(stack, purpose), description=description, usage="sign", rotation=False),
                ResourceOptions(parent=self),
            ).arn
            for purpose, description in PURPOSES.items()
        }
        self.register_outputs({"arns": self.arns})
