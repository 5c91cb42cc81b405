"""The guard before the jobs that watch."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from monitoring.server import Guard

APP = Starlette(routes=[Route(path, lambda _: PlainTextResponse("figures")) for path in ("/metrics", "/readyz")])
HERE = "http://127.0.0.1:4608"


def status(path: str, headers: dict[str, str], login: str | None = None) -> int:
    async def ask() -> int:
        transport = httpx.ASGITransport(Guard(APP, port=4608, login=login))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return (await client.get(path, headers=headers)).status_code

    return asyncio.run(ask())


@pytest.mark.parametrize("headers", [{}, {"Host": "localhost:4608"}])
def test_programs_of_this_machine_are_answered(headers: dict[str, str]) -> None:
    assert status("/metrics", headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example:4608"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:4608.evil.example"},
    ],
)
@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/nothing"])
def test_web_pages_are_refused(path: str, headers: dict[str, str]) -> None:
    assert status(path, headers) == 403


def test_a_login_is_asked_for_everywhere_but_at_the_health_check() -> None:
    basic = {"Authorization": "Basic dTpw"}  # u:p
    assert [status(path, {}, "u:p") for path in ("/metrics", "/nothing", "/readyz")] == [401, 401, 200]
    assert status("/metrics", basic, "u:p") == 200
