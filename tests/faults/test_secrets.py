"""A secret's value in plain text: nowhere, whatever goes wrong."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests._projects import Project, find_engine, projects
from tests.faults._proxy import Answer, Call, Meddler, proxied

PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.secretsmanager import Secret, SecretArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{aws}"))
args = SecretArgs(name="hush", value=pulumi.Config().require_secret("{value}"), force_destroy=True)
Secret("door", args, pulumi.ResourceOptions(provider=aws))
"""
# The engine's level 9, and no other, prints each property that it sends or gets (pulumi's sdk/go/common/.../rpc.go).
ENGINES_OWN = "arshaling property for RPC["
FIRST, SECOND = "opensesame-1", "swordfish-2"


class Echo(Meddler):
    """Refuses a value with a message that repeats it."""

    def before(self, call: Call) -> Answer | None:
        if call.operation != "PutSecretValue":
            return None
        refusal = {"__type": "InvalidParameterException", "message": f"the value {SECOND} is too weak"}
        return Answer(400, {}, json.dumps(refusal).encode())


@dataclass(frozen=True)
class Said:
    """Output and state on the way of a secret into AWS."""

    logs: str
    preview: str
    refusal: str
    state: str


@pytest.fixture(scope="module")
def said(moto_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    folder = tmp_path_factory.mktemp("secrets")
    with proxied(moto_server) as proxy, projects(find_engine(), folder) as make:
        project: Project = make(PROGRAM.format(aws=proxy.url, value="first"))
        for name, value in {"first": FIRST, "second": SECOND}.items():
            project.cli("config", "set", "--secret", name, value)
        made = project.up("-v=9", "--logtostderr")
        project.write(PROGRAM.format(aws=proxy.url, value="second"))
        preview = project.preview()
        proxy.watch(Echo())
        refused = project.up("--diff", check=False)
        proxy.watch()
        assert refused.returncode
        state = "".join(path.read_text() for path in (folder / "project0" / "state").rglob("*.json*"))
        logs = [line for line in (made.stdout + made.stderr).splitlines() if ENGINES_OWN not in line]
        yield Said("\n".join(logs), preview.stdout, refused.stdout + refused.stderr, state)


@pytest.mark.parametrize("place", ["logs", "preview", "refusal", "state"])
def test_no_value_is_in_plain_text(said: Said, place: str) -> None:
    text = getattr(said, place)
    assert "hush" in text
    assert FIRST not in text
    assert SECOND not in text


def test_a_refusal_that_repeats_the_value_still_says_what_is_wrong(said: Said) -> None:
    assert "InvalidParameterException: the value [secret] is too weak" in said.refusal
