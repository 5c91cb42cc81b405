"""A client of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/): queries and alerts."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any, NamedTuple, Protocol

import httpx

from sixfold.errors import SixfoldError
from sixfold.outputs import without_login

_TIMEOUT_S = 30


class Sample(NamedTuple):
    """The value of one series."""

    labels: Mapping[str, str]
    value: float


class Series(NamedTuple):
    """The values of one series over time: pairs of seconds since 1970 and a finite number."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


class Alert(NamedTuple):
    """An alert that is pending or fires, since a moment."""

    state: str
    since: datetime
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class Prometheus(Protocol):
    """A stack's Prometheus."""

    def query(self, expression: str, at: datetime) -> list[Sample]:
        """Return the series of an instant query.

        Raises:
            SixfoldError: Prometheus does not answer, or the caller may not ask it.

        """


@dataclass(frozen=True)
class AtAddress:
    """A Prometheus that is reached by HTTP; its address has the login, where it asks for one."""

    address: str

    def query(self, expression: str, at: datetime) -> list[Sample]:
        """Return the series of an instant query."""
        return samples(self._get("query", query=expression, time=at.timestamp()))

    def range(self, expression: str, since: datetime, until: datetime, step_s: int) -> list[Series]:
        """Return the series of a range query; what is no number is left out."""
        given = {"start": since.timestamp(), "end": until.timestamp(), "step": step_s}
        found = self._get("query_range", query=expression, **given)["data"]["result"]
        return [Series(each["metric"], tuple(_numbers(each["values"]))) for each in found]

    def alerts(self) -> list[Alert]:
        """Return the alerts that are pending or fire."""
        return [
            Alert(each["state"], datetime.fromisoformat(each["activeAt"]), each["labels"], each["annotations"])
            for each in self._get("alerts")["data"]["alerts"]
        ]

    def _get(self, path: str, **given: str | float) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = httpx.get(f"{self.address}/api/v1/{path}", params=given, timeout=_TIMEOUT_S, verify=_context())
            return answer.raise_for_status().json()
        except httpx.HTTPError as error:
            raise SixfoldError(
                without_login(f"Prometheus at {self.address} does not answer: {error}"),
                remedy="`make status`, `make up`",
            ) from error


@cache  # a request that made its own would take 20 ms of a processor
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def samples(answer: Any) -> list[Sample]:  # noqa: ANN401 - JSON
    """Return the samples in the answer to an instant query."""
    return [Sample(series["metric"], float(series["value"][1])) for series in answer["data"]["result"]]


def _numbers(values: list[tuple[float, str]]) -> Iterator[tuple[float, float]]:
    for moment, text in values:
        if isfinite(value := float(text)):
            yield moment, value
