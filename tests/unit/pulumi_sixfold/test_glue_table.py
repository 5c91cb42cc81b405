"""Glue tables where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.glue_table import Column, TableArgs, TableHandler
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:glue:Table::flights"
COLUMNS = [Column(name="carrier", type="string")]
ARGS = TableArgs(name="flights", database="raw", location="s3://lake/flights/", columns=COLUMNS)

Make = Callable[..., Any]


@pytest.fixture
def glue(client: Callable[[str], Any]) -> Any:
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": "raw"})
    return glue


def test_a_table_that_other_tools_made_is_not_adopted(make: Make, glue: Any) -> None:
    glue.create_table(DatabaseName="raw", TableInput={"Name": "flights"})
    with pytest.raises(ProviderError, match="was not made by this stack"):
        make(TableHandler).create(URN, ARGS)


def test_a_table_whose_owner_was_lost_is_marked_again(make: Make, glue: Any) -> None:
    handler = make(TableHandler)
    handler.create(URN, ARGS)
    glue.update_table(DatabaseName="raw", TableInput={"Name": "flights"})
    handler.update(URN, "raw/flights", ARGS)
    assert handler.create(URN, ARGS) == "raw/flights"
    assert handler.read("raw/flights").args == ARGS


def test_a_table_that_is_as_wanted_is_not_written(make: Make, glue: Any) -> None:
    handler = make(TableHandler)
    handler.create(URN, ARGS)
    handler.update(URN, "raw/flights", ARGS)
    versions = glue.get_table_versions(DatabaseName="raw", TableName="flights")["TableVersions"]
    assert len(versions) == 1
