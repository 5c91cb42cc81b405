"""Values of a stack's state that checks receive, and a probe of a server. Nothing here runs an engine."""

from typing import NamedTuple

import httpx


class Held(NamedTuple):
    """A resource in the state of a stack."""

    type: str
    id: str
    urn: str


def answers(url: str) -> bool:
    """Return whether a GET of the URL succeeds within two seconds."""
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.HTTPError:
        return False
