"""The program's side of `pulumi_sixfold.aws.iam_oidc`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.iam_oidc import OpenIdConnectProviderArgs, OpenIdConnectProviderHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["OpenIdConnectProvider", "OpenIdConnectProviderArgs"]


class OpenIdConnectProvider(Resource):
    """IAM's trust in an issuer of tokens; its id is its ARN."""

    handler = OpenIdConnectProviderHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        url: pulumi.Output[str]
        client_ids: pulumi.Output[Any]
        thumbprints: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: OpenIdConnectProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
