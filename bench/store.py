"""A stand-in for DynamoDB that answers after a given time: `python -m bench.store --from URL --delay MS --port N`.

It holds the online tables of a stand-in for AWS, as they were when it started, and answers `BatchGetItem` itself. All
else goes to that stand-in, so that it can be the AWS of a whole release. It is a mock, for measurements alone.
"""

import argparse
import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import boto3
import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

_READS = b"DynamoDB_20120810.BatchGetItem"
_OWN = {b"host", b"content-length", b"connection", b"transfer-encoding", b"content-encoding"}
Item = Mapping[str, Any]


def tables(endpoint: str, region: str) -> dict[str, dict[str, Item]]:
    """Return all items of all tables, by table and key."""
    client = boto3.client("dynamodb", region_name=region, endpoint_url=endpoint)
    pages = client.get_paginator("scan").paginate
    return {
        name: {item["entity_id"]["S"]: item for page in pages(TableName=name) for item in _as_sent(page["Items"])}
        for name in client.list_tables()["TableNames"]
    }


def _as_sent(value: Any) -> Any:  # noqa: ANN401 - an item, or a part of one
    """Return a value as it is in JSON, where bytes are base64."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, list):
        return [_as_sent(each) for each in value]
    return {key: _as_sent(each) for key, each in value.items()} if isinstance(value, dict) else value


class Store:
    """The ASGI application."""

    def __init__(self, held: Mapping[str, Mapping[str, Item]], behind: str, delay_s: float) -> None:
        self._held, self._delay_s = held, delay_s
        self._behind = httpx.AsyncClient(base_url=behind, timeout=60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the ASGI interface."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if dict(scope["headers"]).get(b"x-amz-target") == _READS:
            await asyncio.sleep(self._delay_s)
            await _answer(send, 200, [(b"content-type", b"application/x-amz-json-1.0")], self._read(json.loads(body)))
            return
        path = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        headers = [each for each in scope["headers"] if each[0] not in _OWN]
        found = await self._behind.request(scope["method"], path.decode(), content=body, headers=headers)
        await _answer(
            send, found.status_code, [each for each in found.headers.raw if each[0].lower() not in _OWN], found.content
        )

    def _read(self, asked: dict[str, Any]) -> bytes:
        found = {
            table: [
                self._held[table][key["entity_id"]["S"]]
                for key in wanted["Keys"]
                if key["entity_id"]["S"] in self._held.get(table, {})
            ]
            for table, wanted in asked["RequestItems"].items()
        }
        return json.dumps({"Responses": found, "UnprocessedKeys": {}}).encode()


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Run the command, until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m bench.store", description="Answer like DynamoDB, after a while.")
    parser.add_argument("--from", dest="behind", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--delay", type=float, required=True, help="milliseconds")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    store = Store(tables(given.behind, given.region), given.behind, given.delay / 1000)
    uvicorn.run(store, port=given.port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main()
