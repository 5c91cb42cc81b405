"""Rows of several DynamoDB tables by `BatchGetItem`: signed by botocore, over connections that stay open.

botocore's own client takes two and a half times the processor for the same call, since it validates, resolves and
parses by a model of all of DynamoDB (`make bench-serving`).
"""

import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, NamedTuple

import botocore.session
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, NoCredentialsError

from sixfold.outputs import PlatformRefs

_MOST_KEYS = 100  # of one call, over all its tables: DynamoDB's limit
_AT_ONCE = 4  # calls for one batch of rows: others have a turn too
_TRIES = 4
_FIRST_WAIT_S = 0.025
_AGAIN = {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
_AGAIN_AT_ONCE = urllib3.Retry(
    1, allowed_methods=None, status=0
)  # the other side may just have closed an idle connection
_OPERATION = "BatchGetItem"
_HEADERS = {"X-Amz-Target": f"DynamoDB_20120810.{_OPERATION}", "Content-Type": "application/x-amz-json-1.0"}


class Key(NamedTuple):
    """The key of a row: its table, and its id there."""

    table: str
    id: str


class _BusyError(Exception):
    """DynamoDB asks to come again."""

    def __init__(self, refusal: ClientError) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class BatchGet:
    """Gets rows by their keys. Safe to call from many threads.

    Args:
        platform: the region, and the endpoint where it is not AWS's own.
        connections: how many stay open.

    """

    def __init__(self, platform: PlatformRefs, connections: int) -> None:
        session = botocore.session.get_session()
        credentials = session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        self._credentials, self._region = credentials, platform.region
        self._url = platform.aws_endpoint or _endpoint(session, platform.region)
        self._pool = urllib3.connection_from_url(self._url, maxsize=connections)
        self._chunks = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="batch-get")

    def get(self, keys: Iterable[Key], within_s: float) -> dict[Key, dict[str, Any]]:
        """Return the items that there are, as DynamoDB's JSON has them.

        Raises:
            ClientError: DynamoDB refused; `ResourceNotFoundException` where a table is missing.
            HTTPError: urllib3's, where nobody answers in time.

        """
        wanted = list(dict.fromkeys(keys))
        chunks = [wanted[start : start + _MOST_KEYS] for start in range(0, len(wanted), _MOST_KEYS)]
        if len(chunks) == 1:
            return self._chunk(chunks[0], within_s)
        found: dict[Key, dict[str, Any]] = {}
        for part in self._chunks.map(lambda chunk: self._chunk(chunk, within_s), chunks):
            found |= part
        return found

    def _chunk(self, keys: Sequence[Key], within_s: float) -> dict[Key, dict[str, Any]]:
        wanted: dict[str, Any] = {}
        for key in keys:
            wanted.setdefault(key.table, {"Keys": []})["Keys"].append({"entity_id": {"S": key.id}})
        found: dict[Key, dict[str, Any]] = {}
        refusal = _refusal("ProvisionedThroughputExceededException", "it left keys unprocessed again and again")
        for wait_s in _waits():
            time.sleep(wait_s)
            try:
                answer = self._call({"RequestItems": wanted}, within_s)
            except _BusyError as busy:
                refusal = busy.refusal
                continue
            for table, items in answer["Responses"].items():
                found |= {Key(table, item["entity_id"]["S"]): item for item in items}
            wanted = answer.get("UnprocessedKeys", {})
            if not wanted:
                return found
        raise refusal

    def _call(self, request: Mapping[str, Any], within_s: float) -> dict[str, Any]:
        body = json.dumps(request).encode()
        answer = self._pool.urlopen("POST", "/", body, self._signed(body), retries=_AGAIN_AT_ONCE, timeout=within_s)
        if answer.status == HTTPStatus.OK:
            return dict(json.loads(answer.data))
        code, message = _fault(answer.data)
        if code in _AGAIN or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _BusyError(_refusal(code, message))
        raise _refusal(code, message)

    def _signed(self, body: bytes) -> dict[str, str]:
        request = AWSRequest("POST", f"{self._url}/", _HEADERS, body)
        SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
        return dict(request.headers)


def _waits() -> Iterator[float]:
    """Yield the seconds to wait before each try: exponential, with full jitter."""
    yield 0
    for tries in range(1, _TRIES):
        yield random.uniform(0, _FIRST_WAIT_S * 2**tries)  # noqa: S311 - no secret


def _endpoint(session: botocore.session.Session, region: str) -> str:
    found = session.get_component("endpoint_resolver").construct_endpoint("dynamodb", region)
    return f"https://{found['hostname']}"


def _fault(body: bytes) -> tuple[str, str]:
    try:
        given = json.loads(body)
        return str(given["__type"]).rpartition("#")[2], str(given.get("message") or given.get("Message", ""))
    except (ValueError, KeyError, TypeError):
        return "Unknown", body[:200].decode(errors="replace")


def _refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, _OPERATION)
