"""Two `up`s at once, and Ctrl-C once: the second is refused, the first finishes its call, and the next one goes on."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import pytest

from delivery import engine_log
from delivery.engine import Engine
from sixfold.errors import SixfoldError
from tests._projects import Project, find_engine, projects, wait_for_line
from tests.conftest import forget_all
from tests.faults._proxy import Answer, Call, Meddler, Proxy, proxied

PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.sns import Topic, TopicArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{aws}"))
first = Topic("first", TopicArgs(), pulumi.ResourceOptions(provider=aws))
second = Topic("second", TopicArgs(), pulumi.ResourceOptions(provider=aws, depends_on=[first]))
Topic("third", TopicArgs(), pulumi.ResourceOptions(provider=aws, depends_on=[second]))
"""
UP = """
from pathlib import Path
from delivery.engine import Engine
Engine(Path.cwd(), "test", Path.cwd().parent / "sixfold").up()
"""
PATIENCE_S = 240


class HoldSecond(Meddler):
    """Keeps the second CreateTopic waiting, until it is let go."""

    def __init__(self) -> None:
        self.reached, self.go = Event(), Event()
        self._creates = 0

    def before(self, call: Call) -> Answer | None:
        self._creates += call.operation == "CreateTopic"
        if call.operation == "CreateTopic" and self._creates == 2:
            self.reached.set()
            self.go.wait(PATIENCE_S)
        return None


@dataclass(frozen=True)
class Met:
    """Message of the second `up`, and state after Ctrl-C in the first."""

    project: Project
    proxy: Proxy
    refusal: str
    code: int
    said: str
    deployment: dict[str, Any]
    locks: list[Path]

    def topics(self) -> list[str]:
        """Return the names of the topics in the state, in AWS checked to be the same ones."""
        session: Any = boto3.Session("test", "test", region_name="eu-west-1")
        there = [
            each["TopicArn"] for each in session.client("sns", endpoint_url=self.proxy.url).list_topics()["Topics"]
        ]
        held = {each["id"]: name for name, each in self.project.resources().items()}
        assert sorted(held) == sorted(there)
        return sorted(held.values())


@pytest.fixture(scope="module")
def met(moto_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    """Start one `up`, meet it with a second while a call of it is under way, and press Ctrl-C."""
    forget_all(moto_server)
    folder = tmp_path_factory.mktemp("two")
    with proxied(moto_server) as proxy, projects(find_engine(), folder) as make:
        project = make(PROGRAM.format(aws=proxy.url))
        proxy.watch(hold := HoldSecond())
        with subprocess.Popen(
            [sys.executable, "-c", UP],
            cwd=project.root,
            env=project.env,
            stdout=-1,
            stderr=subprocess.STDOUT,
            text=True,
        ) as first:
            try:
                assert hold.reached.wait(PATIENCE_S)
                with pytest.raises(SixfoldError) as refused:
                    Engine(project.root, "test", Path(project.env["SIXFOLD_HOME"]), project.env).up()
                first.send_signal(signal.SIGINT)
                wait_for_line("^C received", engine_log.place(Path(project.env["SIXFOLD_HOME"]), "test"), first)
            finally:
                hold.go.set()
            said = first.communicate(timeout=PATIENCE_S)[0]
        proxy.watch()
        locks = [path for path in (folder / "project0" / "state").glob(".pulumi/locks/**/*") if path.is_file()]
        deployment = project.stack_export()["deployment"]
        yield Met(project, proxy, str(refused.value), first.returncode, said, deployment, locks)


def test_the_second_is_refused_with_who_holds_the_lock(met: Met) -> None:
    assert re.search(rf"the stack 'test' is being changed by \S+@{socket.gethostname()} \(pid \d+\) since", met.refusal)
    assert "→ wait for that to end" in met.refusal


def test_after_ctrl_c_the_call_in_flight_is_in_the_state_and_nothing_is_pending_or_locked(met: Met) -> None:
    assert met.code, met.said
    assert met.topics() == ["first", "second"], met.said
    assert not met.deployment.get("pending_operations")
    assert not met.locks


def test_the_next_up_goes_on_from_there(met: Met) -> None:
    Engine(met.project.root, "test", Path(met.project.env["SIXFOLD_HOME"]), met.project.env).up()
    assert met.topics() == ["first", "second", "third"]


def test_a_lock_in_a_shared_state_is_left_to_its_people_who_are_named(
    moto_server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    s3 = session.client("s3", endpoint_url=moto_server)
    s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    env = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PULUMI_BACKEND_URL": f"s3://state?region=eu-west-1&endpoint={moto_server}&s3ForcePathStyle=true",
    }
    with projects(find_engine(), tmp_path_factory.mktemp("shared"), env) as make:
        project = make("")
        lock = {"pid": 1, "username": "eve", "hostname": "elsewhere", "timestamp": "2026-01-02T03:04:05Z"}
        s3.put_object(Bucket="state", Key=".pulumi/locks/organization/test0/test/one.json", Body=json.dumps(lock))
        with pytest.raises(SixfoldError, match=r"eve@elsewhere \(pid 1\) since 2026-01-02(.|\n)*pulumi cancel -s test"):
            Engine(project.root, "test", Path(project.env["SIXFOLD_HOME"]), project.env).up()
        project.cli("cancel", "--yes", "--stack", "test")
        Engine(project.root, "test", Path(project.env["SIXFOLD_HOME"]), project.env).up()
    s3.close()
