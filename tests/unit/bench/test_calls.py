"""The bench's recorded calls create the same resources as the provider."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from bench.__main__ import _share
from bench.calls import clients, record, replay
from bench.kinds import KINDS
from tests.conftest import forget_all


@pytest.fixture
def there(moto: str) -> Callable[[], set[str]]:
    """A function that names all that is in the account."""

    def names() -> set[str]:
        client: Any = {kind.facts.service: boto3.client(kind.facts.service, endpoint_url=moto) for kind, _ in KINDS}
        topics = {each["TopicArn"].rsplit(":", 1)[1] for each in client["sns"].list_topics()["Topics"]}
        queues = {url.rsplit("/", 1)[1] for url in client["sqs"].list_queues().get("QueueUrls", [])}
        groups = {each["logGroupName"] for each in client["logs"].describe_log_groups()["logGroups"]}
        buckets = {each["Name"] for each in client["s3"].list_buckets()["Buckets"]}
        for each in client.values():
            each.close()
        return topics | queues | groups | buckets

    return names


def test_recorded_calls_make_and_remove_the_same_resources(moto: str, there: Callable[[], set[str]]) -> None:
    lives = [record(moto, number) for number in range(len(KINDS))]
    assert there() == set()  # a recorded life ends with the destroy
    forget_all(moto)
    replay(clients(moto), [life["up"] for life in lives], threads=4)
    assert there() == {f"bench-{number}" for number in range(len(KINDS))}
    replay(clients(moto), [life["destroy"] for life in lives], threads=1)
    assert there() == set()


def test_the_goal_is_a_quarter_over_boto3_and_the_engine_itself() -> None:
    taken = {"sixfold": {"up": 9.0}, "boto3 on 16 threads": {"up": 4.0}, "nothing": {"up": 4.0}}
    assert _share(taken, "up") == 1.0
