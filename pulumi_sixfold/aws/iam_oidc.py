"""IAM's trust in an OpenID Connect provider, such as a cluster's or a CI's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs, marks
from pulumi_sixfold.aws.inputs import IamTags
from pulumi_sixfold.kit.args import Args, Input, Unordered
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


class OpenIdConnectProviderArgs(Args):
    """The inputs of an OpenIdConnectProvider."""

    url: Input[Annotated[str, Field(pattern=r"^https://[^/].*[^/]$")]] = Field(
        description="Issuer of the tokens, https without a slash at the end. A change replaces."
    )
    client_ids: Input[Unordered] = Field(
        default=["sts.amazonaws.com"], description="Audiences whose tokens are accepted; exactly these."
    )
    thumbprints: Input[Unordered] = Field(
        description="SHA-1 of the issuer's top certificate, 40 hex digits, one to five. AWS asks for one, and looks at "
        "it only where it does not know the authority."
    )
    tags: IamTags = Field(default={}, description=TAGS)


class OpenIdConnectProviderHandler(AwsHandler[OpenIdConnectProviderArgs]):
    """IAM's trust in an issuer of tokens; its id is its ARN."""

    facts = Facts(
        token="sixfold:iam:OpenIdConnectProvider",
        args=OpenIdConnectProviderArgs,
        service="iam",
        gone=frozenset({"NoSuchEntity"}),
        create_only=frozenset({"url"}),
        identity=frozenset({"url"}),
        reads={
            "GetOpenIDConnectProvider": reading("Url ClientIDList ThumbprintList", theirs="CreateDate"),
        },
        outputs={"arn": "ARN of the provider, for trust policies."},
        tagging=Tagging("OpenIDConnectProviderArn", kind="open_id_connect_provider", one_case=True),
        actions=actions(
            "iam",
            "AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider DeleteOpenIDConnectProvider "
            "GetOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider "
            "UntagOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint",
        ),
        arns=("arn:aws:iam::{account}:oidc-provider/{url}",),
        free="free",
        unnarrowable=frozenset({"iam:ListOpenIDConnectProviders"}),
        lists_with=("iam:GetOpenIDConnectProvider", "iam:ListOpenIDConnectProviders"),
        lists_on=("arn:aws:iam::{account}:oidc-provider/*",),
    )
    client: "IAMClient"

    def create(self, urn: str, args: OpenIdConnectProviderArgs) -> str:
        """Make the provider with its tags, or adopt the one that this URN made."""
        arn = f"arn:aws:iam::{self.account}:oidc-provider/{args.url.removeprefix('https://')}"
        if self.adopts(urn, arn, f"the OpenID Connect provider {args.url}"):
            return arn
        return self.client.create_open_id_connect_provider(
            Url=args.url,
            ClientIDList=args.client_ids,
            ThumbprintList=args.thumbprints,
            Tags=as_pairs({**args.tags, URN_TAG: urn}),
        )["OpenIDConnectProviderArn"]

    def describe(self, resource_id: str) -> State[OpenIdConnectProviderArgs]:
        """Read the provider."""
        found = self.client.get_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)
        args = OpenIdConnectProviderArgs(
            url=f"https://{found['Url'].removeprefix('https://')}",
            client_ids=found["ClientIDList"],
            thumbprints=found["ThumbprintList"],
        )
        return State(args, {"arn": resource_id}, from_pairs(found.get("Tags", [])))

    def change(self, resource_id: str, difference: Difference[OpenIdConnectProviderArgs]) -> None:
        """Change what differs."""
        client, where = self.client, {"OpenIDConnectProviderArn": resource_id}
        have, want = set(difference.have.client_ids), set(difference.want.client_ids)
        if "thumbprints" in difference:
            client.update_open_id_connect_provider_thumbprint(
                OpenIDConnectProviderArn=resource_id, ThumbprintList=difference.want.thumbprints
            )
        for audience in sorted(want - have):
            client.add_client_id_to_open_id_connect_provider(**where, ClientID=audience)
        for audience in sorted(have - want):
            client.remove_client_id_from_open_id_connect_provider(**where, ClientID=audience)

    def delete(self, resource_id: str, args: OpenIdConnectProviderArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the provider; its tokens open nothing any more."""
        with self.missing_is_fine():
            self.client.delete_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each provider."""
        found = self.client.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        yield from marks((each["Arn"] for each in found), self._tags)

    def _tags(self, arn: str) -> dict[str, str]:
        return from_pairs(self.client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn).get("Tags", []))
