"""Reads the body of a request within limits of type, size and time."""

import asyncio
from http import HTTPStatus

from serving.http import Request
from serving.problems import Problem

MAX_BYTES = 1024 * 1024
WITHIN_S = 10


async def read_json(request: Request) -> bytes:
    """Return the body of a JSON request.

    Raises:
        Problem: 415 for another type or encoding, 413 beyond 1 MiB, 408 where it does not arrive in time.

    """
    _check_type(request)
    length = request.header("Content-Length") or "0"
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(WITHIN_S):
            more = True
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise Problem(HTTPStatus.BAD_REQUEST, "the connection closed before the body was complete")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > MAX_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive within {WITHIN_S} seconds") from None
    return bytes(body)


def _check_type(request: Request) -> None:
    kind, *parameters = (request.header("Content-Type") or "").lower().split(";")
    named = (each.partition("=") for each in parameters)  # others than the charset mean nothing to JSON: RFC 8259
    charsets = {value.strip().strip('"') for name, _, value in named if name.strip() == "charset"}
    if kind.strip() != "application/json" or not charsets <= {"utf-8", "utf8", "us-ascii"}:
        detail = "send `Content-Type: application/json`, in UTF-8"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    if (request.header("Content-Encoding") or "identity").lower() != "identity":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body without Content-Encoding")


def _too_large() -> Problem:
    detail = f"a request has at most {MAX_BYTES} bytes; send fewer rows at a time"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, headers={"Connection": "close"})
