"""The items of the stand-in's DynamoDB in its file, each as it is."""

import json
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from infra.stand_in.calls import Call

TABLE = """
CREATE TABLE IF NOT EXISTS items (
    region TEXT, name TEXT, id TEXT, item TEXT NOT NULL, PRIMARY KEY (region, name, id)
) WITHOUT ROWID
"""
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


def keep(db: sqlite3.Connection, call: Call) -> None:
    """Make the items that a call may have changed in the file those that DynamoDB has."""
    backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][call.region]
    for name, attributes in _touched(call.document):
        table = backend.get_table(name)
        key = {each: attributes[each] for each in (table.hash_key_attr, table.range_key_attr) if each}
        hashed, *ranged = (DynamoType(value) for value in key.values())
        item = table.get_item(hashed, ranged[0] if ranged else None)
        row = (call.region, table.name, _text(key))
        if item is None:
            db.execute("DELETE FROM items WHERE region = ? AND name = ? AND id = ?", row)
        else:
            db.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", (*row, _text(item.to_json()["Attributes"])))


def forget(db: sqlite3.Connection, region: str, table: str) -> None:
    """Delete the items of a table that is gone."""
    db.execute("DELETE FROM items WHERE region = ? AND name = ?", (region, table))


def restore(db: sqlite3.Connection) -> None:
    """Give DynamoDB the items of its tables."""
    for region, name, item in db.execute("SELECT region, name, item FROM items"):
        if table := dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables.get(name):
            table.put_item(json.loads(item, object_hook=_binary), overwrite=True)


def _text(attributes: dict[str, Any]) -> str:
    """Return attributes as JSON, with moto's decoded binary values in base64."""
    return json.dumps(attributes, default=lambda value: {"base64": b64encode(value).decode()})


def _binary(read: dict[str, Any]) -> Any:  # noqa: ANN401 - any value of JSON
    return b64decode(read["base64"]) if isinstance(read.get("base64"), str) else read


def _touched(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the table and the attributes, among them the key, of each item that a call writes."""
    for name, writes in body.get("RequestItems", {}).items():
        yield from ((name, next(iter(kind.values()))) for write in writes for kind in write.values())
    writes = [
        write for each in body.get("TransactItems", []) for kind, write in each.items() if kind != "ConditionCheck"
    ]
    for write in [*writes, body] if "TableName" in body else writes:
        yield write["TableName"], write.get("Item") or write["Key"]
