"""Rows by BatchGetItem: from moto, and from a stand-in that is busy, leaves keys out, or hangs up."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from serving import dynamodb
from serving.dynamodb import BatchGet, Key
from sixfold.outputs import PlatformRefs

Answers = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


@pytest.fixture
def table(platform: PlatformRefs) -> str:
    """A table of 250 rows in moto."""
    client = boto3.client("dynamodb", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    client.create_table(
        TableName="rows",
        KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(250):
        client.put_item(TableName="rows", Item={"entity_id": {"S": str(number)}, "n": {"N": str(number)}})
    return "rows"


def test_more_rows_than_one_call_takes_come_all_and_missing_ones_do_not(platform: PlatformRefs, table: str) -> None:
    found = BatchGet(platform, 4).get([Key(table, str(number)) for number in range(300)], within_s=10)
    assert {key.id: item["n"]["N"] for key, item in found.items()} == {
        str(number): str(number) for number in range(250)
    }


def test_a_table_that_is_missing_is_an_error_at_once(platform: PlatformRefs) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        BatchGet(platform, 1).get([Key("none", "1")], within_s=10)


@pytest.fixture
def stand_in(nowhere: PlatformRefs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answers], BatchGet]]:
    """A function that gives a reader of a server with these answers."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    servers: list[ThreadingHTTPServer] = []

    def serve(answers: Answers) -> BatchGet:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, content = answers(asked["RequestItems"])
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(server := ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return BatchGet(nowhere.model_copy(update={"aws_endpoint": f"http://127.0.0.1:{server.server_port}"}), 1)

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def _rows(wanted: dict[str, Any]) -> dict[str, Any]:
    return {"Responses": {table: list(each["Keys"]) for table, each in wanted.items()}}


def test_keys_that_were_not_processed_are_asked_for_again(stand_in: Callable[[Answers], BatchGet]) -> None:
    def half(wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        keys = wanted["t"]["Keys"]
        part = max(1, len(keys) // 2)
        left = {"t": {"Keys": keys[part:]}} if keys[part:] else {}
        return 200, _rows({"t": {"Keys": keys[:part]}}) | {"UnprocessedKeys": left}

    found = stand_in(half).get([Key("t", str(number)) for number in range(7)], within_s=5)
    assert {key.id for key in found} == {str(number) for number in range(7)}


@pytest.mark.parametrize(
    ("status", "code"), [(400, "com.amazonaws#ThrottlingException"), (500, "InternalServerError"), (503, "")]
)
def test_a_store_that_is_busy_is_asked_again(stand_in: Callable[[Answers], BatchGet], status: int, code: str) -> None:
    refusals = [(status, {"__type": code})] * 2
    reader = stand_in(lambda wanted: refusals.pop() if refusals else (200, _rows(wanted)))
    assert reader.get([Key("t", "1")], within_s=5).keys() == {Key("t", "1")}


def test_a_store_that_stays_busy_says_so(
    stand_in: Callable[[Answers], BatchGet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamodb, "_FIRST_WAIT_S", 0)
    reader = stand_in(lambda _: (400, {"__type": "x#ThrottlingException", "message": "slow down"}))
    with pytest.raises(ClientError, match=r"ThrottlingException.*slow down"):
        reader.get([Key("t", "1")], within_s=5)
