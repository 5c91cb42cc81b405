"""A request to the stand-in: its service, its action, and the part of AWS that it may change.

AWS says of no action whether it only reads. Here the beginning of an action's name decides, as in AWS's own IAM levels;
an action that it does not settle counts as a change, because a call kept for nothing does no harm.
"""

import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl
from wsgiref.types import WSGIEnvironment

_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/]+/([^/]+)/([^/]+)/aws4_request")
_READS = re.compile(
    r"(Get|List|Describe|Head|BatchGet|Query|Scan|Search|Lookup|Filter|Test|Validate|Simulate|Preview|Select"
    r"|Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateRandom|GenerateMac|Sign|Verify|Assume|Receive)"
)


@dataclass(frozen=True)
class Call:
    """A request. `action` is that of AWS's API, or the HTTP method where the path says the rest, as in S3."""

    service: str
    region: str
    action: str
    path: str
    query: str
    body: bytes

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> "Call":
        """Read a request; its body can be read again afterwards.

        The body is read whole before anybody waits for it: a client that stops half-way holds up itself alone.
        """
        service, region = _scope(environ)
        body = b"" if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else _body(environ)
        path, query = str(environ.get("PATH_INFO", "/")), str(environ.get("QUERY_STRING", ""))
        return cls(service, region, _action(environ, body), path, query, body)

    @property
    def reads(self) -> bool:
        """Whether it changes nothing that is to be kept."""
        return self.action in {"GET", "HEAD", "OPTIONS"} or bool(_READS.match(self.action))

    @property
    def bucket(self) -> str:
        """The bucket of an S3 call."""
        return self._path[0]

    @property
    def keys(self) -> list[str]:
        """The objects that an S3 call may change; none where it changes the bucket itself."""
        if self._path[1]:
            return [self._path[1]]
        if self.action == "POST" and "delete" in dict(parse_qsl(self.query, keep_blank_values=True)):
            return deleted(self.body)
        return []

    @property
    def _path(self) -> tuple[str, str]:
        bucket, _, key = self.path.removeprefix("/").encode("latin-1").decode().partition("/")  # WSGI: PEP 3333
        return bucket, key

    @property
    def document(self) -> dict[str, Any]:
        """The body of a call whose protocol is JSON."""
        return dict(json.loads(self.body or b"{}"))

    @property
    def table(self) -> str:
        """The table of a call about one, `Database.Table` or its name; empty for any other call."""
        if self.service == "glue" and self.action in {"CreateTable", "UpdateTable", "DeleteTable"}:
            body = self.document
            return f"{body['DatabaseName']}.{body.get('TableInput', body)['Name']}"
        if self.service == "dynamodb" and self.action in {"CreateTable", "DeleteTable"}:
            return str(self.document["TableName"])
        return ""


def deleted(body: bytes) -> list[str]:
    """Return the keys in the body of S3's DeleteObjects."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - see below

    tree = ET.fromstring(body)  # noqa: S314 - moto has parsed it, and it comes from a program with the stack's key
    return [str(each.text) for each in tree.iter() if each.tag.rpartition("}")[2] == "Key"]


def _scope(environ: WSGIEnvironment) -> tuple[str, str]:
    """Return the service and the region in the signature; those of S3 for what has none, as moto does."""
    query = parse_qs(str(environ.get("QUERY_STRING", "")))
    presigned = "Credential=" + query.get("X-Amz-Credential", [""])[0]
    found = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", ""))) or _SCOPE.search(presigned)
    return (found[2].lower(), found[1]) if found else ("s3", "us-east-1")


def _body(environ: WSGIEnvironment) -> bytes:
    given = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH")
    body: bytes = given.read(int(length)) if length else given.read() if environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _action(environ: WSGIEnvironment, body: bytes) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode())).get("Action", "POST")
    return str(environ["REQUEST_METHOD"])
