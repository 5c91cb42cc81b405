"""Glue databases, the catalog of the lake."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


class DatabaseArgs(Args):
    """The inputs of a Database."""

    name: Input[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,255}$")] | None] = Field(
        None, description="Lower case, digits and `_`; None: derived from the resource's name. A change replaces."
    )
    description: Input[str] = Field("", description="What is in it.")
    location: Input[str | None] = Field(None, description="S3 URI under which tables go by default.")
    tags: Tags = Field(default={}, description=TAGS)


class DatabaseHandler(AwsHandler[DatabaseArgs]):
    """A Glue database; its id is its name.

    Deleting a database deletes its tables' entries in the catalog; files in S3 stay.
    """

    facts = Facts(
        token="sixfold:glue:Database",
        args=DatabaseArgs,
        service="glue",
        gone=frozenset({"EntityNotFoundException"}),
        create_only=frozenset({"name"}),
        reads={
            "GetDatabase": reading(
                "Description LocationUri CatalogId",
                at="Database",
                theirs="CreateTime Name",
                fixed={
                    "CreateTableDefaultPermissions.Permissions": (["ALL"],),
                    "CreateTableDefaultPermissions.Principal.DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS",
                },
            ),
            "GetTags": reading(),
        },
        outputs={"arn": "ARN of the database."},
        name_limit=255,
        name_separator="_",
        tagging=Tagging("ResourceArn", tags="TagsToAdd", keys="TagsToRemove", pair=None),
        actions=actions(
            "glue",
            "CreateDatabase DeleteDatabase GetDatabase GetTags TagResource UntagResource UpdateDatabase",
        ),
        arns=(
            "arn:aws:glue:{at}:database/{name}",
            "arn:aws:glue:{at}:catalog",
            "arn:aws:glue:{at}:table/{name}/*",
            "arn:aws:glue:{at}:userDefinedFunction/{name}/*",
        ),
        free="free up to a million objects",
        lists_with=("glue:GetDatabases",),
        lists_on=("arn:aws:glue:{at}:catalog", "arn:aws:glue:{at}:database/*"),
    )
    client: "GlueClient"

    def create(self, urn: str, args: DatabaseArgs) -> str:
        """Make the database with its tags, or adopt the one that this URN made."""
        name = str(args.name)
        if not self.adopts(urn, name, f"the Glue database {name}"):
            self.client.create_database(DatabaseInput=_input(args), Tags={**args.tags, URN_TAG: urn})
        return name

    def describe(self, resource_id: str) -> State[DatabaseArgs]:
        """Read the database and its tags."""
        database = self.client.get_database(Name=resource_id)["Database"]
        arn = f"arn:aws:glue:{self.region}:{database['CatalogId']}:database/{resource_id}"
        args = DatabaseArgs(
            name=resource_id,
            description=database.get("Description") or "",
            location=database.get("LocationUri"),
        )
        return State(args, {"arn": arn}, self.client.get_tags(ResourceArn=arn)["Tags"])

    def change(self, resource_id: str, difference: Difference[DatabaseArgs]) -> None:
        """Put description and location."""
        self.client.update_database(Name=resource_id, DatabaseInput=_input(difference.want))

    def delete(self, resource_id: str, args: DatabaseArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the database."""
        with self.missing_is_fine():
            self.client.delete_database(Name=resource_id)


def _input(args: DatabaseArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    location = {} if args.location is None else {"LocationUri": args.location}
    return {"Name": args.name, "Description": args.description, **location}
