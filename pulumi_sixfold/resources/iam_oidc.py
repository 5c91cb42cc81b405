"""The program's side of `pulumi_sixfold.aws.iam_oidc`; written by `python -m pulumi_sixfold.reference`."""

from typing import Any

import pulumi

from pulumi_sixfold.aws.iam_oidc import OpenIdConnectProviderArgs, OpenIdConnectProviderHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["OpenIdConnectProvider", "OpenIdConnectProviderArgs"]


class OpenIdConnectProvider(Resource):
    """IAM's trust in an issuer of tokens; its id is its ARN."""

    handler = OpenIdConnectProviderHandler
    url: pulumi.Output[str]
    client_ids: pulumi.Output[Any]
    thumbprints: pulumi.Output[Any]
    tags: pulumi.Output[Any]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: OpenIdConnectProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
