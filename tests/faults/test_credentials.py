"""Credentials that are not there or end half-way, and a region that does not exist. No endpoint: as on real AWS."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from tests._projects import Project, find_engine, projects
from tests.conftest import forget_all
from tests.faults._proxy import Answer, Call, Meddler, Proxy, proxied
from tests.faults._weather import expired

PROGRAM = """
import os, pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.sns import Topic, TopicArgs

aws = Provider("aws", ProviderArgs(region=os.environ["WHERE"]))
made = []
for name in ("first", "second", "third", "fourth"):
    made.append(Topic(name, TopicArgs(), pulumi.ResourceOptions(provider=aws, depends_on=made[-1:])))
"""


class ExpireAt(Meddler):
    """Refuses the credentials from one call on."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.refused: list[Call] = []

    def before(self, call: Call) -> Answer | None:
        if call.number < self.number:
            return None
        self.refused.append(call)
        return expired(call)


@pytest.fixture(scope="module")
def proxy(moto_server: str) -> Iterator[Proxy]:
    forget_all(moto_server)
    with proxied(moto_server) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("credentials")
    env = {
        "AWS_ENDPOINT_URL": proxy.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "WHERE": "eu-west-1",
    }
    with projects(find_engine(), folder, env) as make:
        yield make(PROGRAM)


def _without(project: Project, *names: str, **env: str) -> Project:
    left = {name: value for name, value in project.env.items() if name not in names}
    return replace(project, env={**left, **env})


def test_no_credentials_are_refused_with_what_to_set(project: Project) -> None:
    ended = _without(project, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE").up(check=False)
    assert ended.returncode
    assert "Unable to locate credentials" in ended.stdout
    assert "→ set AWS_PROFILE" in ended.stdout


def test_a_region_that_does_not_exist_is_named(project: Project) -> None:
    proxies = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    ended = _without(project, "AWS_ENDPOINT_URL", *proxies, WHERE="eu-west-9").up(check=False)
    assert ended.returncode
    assert "there is no AWS region 'eu-west-9'" in ended.stdout
    assert "→ correct the region" in ended.stdout


def test_credentials_that_end_half_way_stop_the_up_and_the_next_one_goes_on(project: Project, proxy: Proxy) -> None:
    proxy.watch(gone := ExpireAt(8))
    ended = project.up(check=False)
    proxy.watch()
    assert ended.returncode
    assert "sixfold:sns:Topic" in ended.stdout
    assert "The security token included is expired" in ended.stdout
    assert "→ renew the AWS credentials" in ended.stdout
    assert len(gone.refused) < 5, f"repeated in vain: {[str(call) for call in gone.refused]}"
    project.up()
    assert project.preview("--expect-no-changes").returncode == 0
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    ours = [each["TopicArn"] for each in session.client("sns", endpoint_url=proxy.url).list_topics()["Topics"]]
    assert sorted(ours) == sorted(each["id"] for each in project.resources().values())
