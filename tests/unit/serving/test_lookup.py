"""A look-up of features that fails: an error of the store, and one of our own code."""

import asyncio
import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ReadTimeoutError

from serving.lookup import Lookup, is_of_store
from sixfold.errors import SixfoldError

OURS = (
    TypeError("expected str"),
    ValueError("too many values to unpack (expected 1)"),
    KeyError("temp"),
    AttributeError("read"),
    ZeroDivisionError(),
    RuntimeError("no such thing"),
)
OF_STORE = (
    ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "BatchGetItem"),
    EndpointConnectionError(endpoint_url="http://aws"),
    NoCredentialsError(),
    TimeoutError(),
    ConnectionResetError(),
    FileNotFoundError("registry.pb"),
    ReadTimeoutError(HTTPConnectionPool("aws"), "/", "Read timed out."),
    SixfoldError("the lake has no table", remedy="load it"),
)


class Failing:
    """A reader that fails, and counts how often it was asked."""

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    def read(self, *_: Any) -> Any:
        self.asked += 1
        raise self.error

    def remembered(self, *_: Any) -> None:
        return None

    stale = remembered

    def age_s(self) -> float:
        return 0

    def freshness(self) -> Any:
        raise self.error


def _read(lookup: Lookup, rows: int, times: int = 1) -> list[tuple[list[Any], str]]:
    async def read() -> list[tuple[list[Any], str]]:
        return [tuple(await lookup.read([{}] * rows)) for _ in range(times)]  # type: ignore[misc] # a pair

    return asyncio.run(read())


@pytest.mark.parametrize("error", [*OURS, *OF_STORE], ids=lambda error: type(error).__name__)
def test_an_error_is_the_stores_or_ours(error: Exception) -> None:
    assert is_of_store(error) == (error in OF_STORE)


@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
def test_an_error_of_ours_is_counted_has_a_traceback_and_rests_no_store(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    reader, counted = Failing(error), list[int]()
    lookup = Lookup(lambda: reader, 1, count_error=lambda: counted.append(1))
    assert _read(lookup, rows=2, times=5) == [([{}, {}], "store")] * 5
    assert (reader.asked, len(counted)) == (5, 5)
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info
    assert record.exc_info[1] is error


@pytest.mark.parametrize("error", OF_STORE, ids=lambda error: type(error).__name__)
def test_a_store_that_is_away_is_left_alone_and_is_no_error_of_ours(error: Exception) -> None:
    reader, counted = Failing(error), list[int]()
    lookup = Lookup(lambda: reader, 1, count_error=lambda: counted.append(1))
    assert _read(lookup, rows=1, times=5) == [([{}], "nowhere")] * 5
    assert (reader.asked, counted) == (3, [])


def test_an_error_of_ours_while_the_store_is_opened_is_counted_too() -> None:
    counted = list[int]()

    def open_reader() -> Any:
        raise TypeError

    assert _read(Lookup(open_reader, 1, count_error=lambda: counted.append(1)), rows=1) == [([{}], "store")]
    assert counted == [1, 1]


class Held(Failing):
    """A reader whose store is away, with a row in memory."""

    def stale(self, *_: Any) -> Any:
        return [{"temp": 7.0}]

    def age_s(self) -> float:
        return 60


@pytest.mark.parametrize(("max_age_s", "answered"), [(61, ([{"temp": 7.0}], "stale")), (59, ([{}], "nowhere"))])
def test_rows_in_memory_answer_while_the_store_is_away_as_long_as_the_contract_lets_them(
    max_age_s: float, answered: tuple[list[Any], str]
) -> None:
    lookup = Lookup(lambda: Held(ConnectionError()), 1, max_age_s=max_age_s)
    assert _read(lookup, rows=1, times=5) == [answered] * 5
