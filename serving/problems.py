"""Errors as consumers get them: RFC 9457 problem details."""

from collections.abc import Sequence
from http import HTTPStatus

from serving.http import Answer, answer_json

Fault = dict[str, str]  # RFC 9457's own example: a JSON pointer, and what is wrong there


class Problem(Exception):  # noqa: N818 - the word of the RFC
    """A request that is not answered with a prediction.

    Args:
        status: the HTTP status.
        detail: what is wrong with this request and what to send instead.
        errors: for rows, each fault as `{"pointer": "#/rows/0/amount", "detail": "..."}`.
        headers: what the status asks for, as `Allow` or `Retry-After`.

    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[Fault] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}

    def answer(self) -> Answer:
        """Return the problem document."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = list(self.errors)
        return answer_json(body, self.status.value, self.headers)._replace(media_type="application/problem+json")
