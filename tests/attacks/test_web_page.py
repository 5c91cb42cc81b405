"""A web page in the browser of the stack's owner: by its Origin, or after DNS rebinding by its own name as Host."""

from typing import Any

import httpx
import pytest

from infra.plans.names import SERVICES
from tests.attacks.conftest import Note, Stack

PAGES = {
    "Origin": {"Origin": "https://evil.example"},
    "null Origin": {"Origin": "null"},
    "Host": {"Host": "evil.example"},
}
REFUSED = {401, 403, 404, 405}
PATHS = ("/", "/metrics", "/load", "/config/", "/-/quit", "/-/reload", "/moto-api/reset", "/api/v1/query?query=up")
PATHS += ("/api/v2/silences", "/flight-delays/v1/predict", "/flight-delays/v1/feedback", "/readyz")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("service", SERVICES)
def test_no_port_answers_a_web_page(
    stack: Stack, client: httpx.Client, note: Note, service: str, method: str, page: str
) -> None:
    headers = {**PAGES[page], "Access-Control-Request-Method": method, "Content-Type": "text/plain"}
    for path in PATHS:
        answer = client.request(method, f"http://127.0.0.1:{stack.ports[service]}{path}", headers=headers)
        note(f"web page by {page}", service, str(answer.status_code))
        assert answer.status_code in REFUSED, path
        assert not [name for name in answer.headers if name.startswith("access-control")], path


def test_no_page_empties_the_local_aws(stack: Stack, note: Note) -> None:
    url = f"http://127.0.0.1:{stack.ports['aws']}"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={stack.key}/20260101/us-east-1/s3/aws4_request"}
    httpx.put(f"{url}/kept", headers=signed).raise_for_status()
    simple: list[dict[str, Any]] = [
        {},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Referer": "https://evil.example"}},
    ]
    for how in simple:  # requests that a browser sends without asking the server first
        answer = httpx.post(f"{url}/moto-api/reset", **how)
        note("POST /moto-api/reset", "aws", str(answer.status_code))
        assert answer.status_code == 403
    assert httpx.head(f"{url}/kept", headers=signed).status_code == 200
