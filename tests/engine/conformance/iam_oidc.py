"""IAM's trust in OpenID Connect providers."""

from pulumi_sixfold.aws.iam_oidc import OpenIdConnectProviderHandler
from tests.engine.conformance._case import BY_HAND, GONE, Case

_NO_AUDIENCES = "moto cannot add and remove a ClientID; see tests/unit/pulumi_sixfold/test_iam_oidc.py"

CASES = {
    "issuer": Case(
        OpenIdConnectProviderHandler,
        {"url": "https://issuer.example.org/one", "thumbprints": ["a" * 40]},
        changes=[
            {"thumbprints": ["c" * 40, "b" * 40]},
            {"tags": {"a": "b"}},
            {"url": "https://issuer.example.org/two"},
        ],
        drift={
            "thumbprints": lambda aws, arn: aws("iam").update_open_id_connect_provider_thumbprint(
                OpenIDConnectProviderArn=arn, ThumbprintList=["d" * 40]
            ),
            "tags": lambda aws, arn: aws("iam").tag_open_id_connect_provider(
                OpenIDConnectProviderArn=arn, Tags=[BY_HAND]
            ),
            GONE: lambda aws, arn: aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn),
        },
        constant={"client_ids": _NO_AUDIENCES},
        unseen={"client_ids": _NO_AUDIENCES},
    ),
}
