"""The explicit provider: which region, account and endpoint AWS resources belong to.

Example:
    aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint=moto_url))
    lake = Bucket("lake", BucketArgs(kms_key_arn=key.arn), ResourceOptions(provider=aws, parent=self))

"""

import pulumi

from pulumi_sixfold.kit.handler import ProviderArgs

__all__ = ["Provider", "ProviderArgs"]


class Provider(pulumi.ProviderResource):
    """Give it as `provider` or `providers` in ResourceOptions; children inherit it from their component."""

    def __init__(self, name: str, args: ProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sixfold", name, args.properties(), opts)
