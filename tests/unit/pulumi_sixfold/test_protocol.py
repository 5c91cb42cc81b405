"""The plugin protocol over gRPC, with a handler that keeps its resources in memory and fails when told to."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2
from pydantic import Field

from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import decode, encode
from pulumi_sixfold.kit.args import UNKNOWN, Args, Input
from pulumi_sixfold.kit.deadline import attempts
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import Handler, State

URN = "urn:pulumi:dev::project::sixfold:test:Thing::thing"
THINGS: dict[str, dict[str, Any]] = {}
MINUTES: list[int] = []


class ThingArgs(Args):
    """The inputs of a Thing."""

    name: Input[str | None] = Field(None, description="Its name.")
    place: Input[str] = Field(description="Where it is.")
    size: Input[int] = Field(1, description="Its size in metres.")
    password: Input[str] = Field("x", description="Its password.")


class ThingHandler(Handler[ThingArgs]):
    facts = Facts(
        token="sixfold:test:Thing",
        args=ThingArgs,
        create_only=frozenset({"name", "place"}),
        outputs={"weight": "What it weighs."},
        secrets=frozenset({"password"}),
        timeout_s=1200,
    )

    def create(self, urn: str, args: ThingArgs) -> str:  # noqa: ARG002
        THINGS[str(args.name)] = {"name": args.name, "place": args.place}
        return str(args.name)

    def update(self, urn: str, resource_id: str, args: ThingArgs) -> None:  # noqa: ARG002
        MINUTES.append(attempts(60))
        if args.size == 13:
            raise ProviderError("13 is refused", remedy="take 12")
        THINGS[resource_id] = args.properties()
        if args.size == 14:
            raise ProviderError("14 breaks half-way", remedy="take 12")

    def read(self, resource_id: str) -> State[ThingArgs] | None:
        found = THINGS.get(resource_id)
        return State(ThingArgs(**found), {"weight": "7"}) if found else None

    def delete(self, resource_id: str, args: ThingArgs) -> None:  # noqa: ARG002
        MINUTES.append(attempts(60))
        THINGS.pop(resource_id, None)


@pytest.fixture
def plugin() -> Iterator[Any]:
    THINGS.clear()
    MINUTES.clear()
    server = grpc.server(ThreadPoolExecutor(2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer([ThingHandler]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(pb.ConfigureRequest(args=encode({})))
        yield stub
    server.stop(None).wait()


def check(plugin: Any, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
    return plugin.Check(pb.CheckRequest(urn=URN, news=encode(news), olds=encode(olds or {})))


def diff(plugin: Any, old: dict[str, Any], new: dict[str, Any]) -> Any:
    return plugin.Diff(pb.DiffRequest(urn=URN, id="thing", old_inputs=encode(old), news=encode(new)))


def part_done(error: Any) -> Any:
    """Return the detail that makes the engine keep a part-done resource; None where there is none."""
    details = dict(error.trailing_metadata()).get("grpc-status-details-bin")
    if details is None:
        return None
    found = pb.ErrorResourceInitFailed()
    status_pb2.Status.FromString(details).details[0].Unpack(found)
    return found


def test_a_refused_input_names_the_property_and_what_to_write(plugin: Any) -> None:
    failures = check(plugin, {"place": "here", "size": "large"}).failures
    assert [failure.property for failure in failures] == ["size"]
    assert "Its size in metres." in failures[0].reason


def test_the_name_is_settled_from_what_cannot_change(plugin: Any) -> None:
    names = [decode(check(plugin, {"place": place}).inputs).values["name"] for place in ("here", "here", "there")]
    assert names[0] == names[1] != names[2]


def test_the_name_is_unknown_as_long_as_they_are(plugin: Any) -> None:
    assert decode(check(plugin, {"place": UNKNOWN}).inputs).values["name"] is UNKNOWN


def test_an_imported_resource_keeps_its_name(plugin: Any) -> None:
    inputs = check(plugin, {"place": "here"}, olds={"place": "here", "name": "old"}).inputs
    assert decode(inputs).values["name"] == "old"


def test_secrets_leave_the_plugin_as_secrets(plugin: Any) -> None:
    checked = check(plugin, {"place": "here"}).inputs
    made = plugin.Create(pb.CreateRequest(urn=URN, properties=checked))
    assert decode(checked).secrets == decode(made.properties).secrets == {"password"}


def test_a_preview_does_nothing_and_knows_no_outputs(plugin: Any) -> None:
    checked = check(plugin, {"place": "here"}).inputs
    made = plugin.Create(pb.CreateRequest(urn=URN, properties=checked, preview=True))
    assert decode(made.properties).values["weight"] is UNKNOWN
    assert THINGS == {}


def test_a_create_that_fails_half_way_keeps_its_id(plugin: Any) -> None:
    checked = check(plugin, {"place": "here", "name": "n", "size": 13}).inputs
    with pytest.raises(grpc.RpcError) as caught:
        plugin.Create(pb.CreateRequest(urn=URN, properties=checked))
    kept = part_done(caught.value)
    assert kept.id == "n"
    assert decode(kept.inputs).values["size"] == 1
    assert "take 12" in kept.reasons[0]


def test_an_update_that_changed_nothing_keeps_the_old_state(plugin: Any) -> None:
    THINGS["n"] = old = ThingArgs(name="n", place="here").properties()
    with pytest.raises(grpc.RpcError, match="13 is refused") as caught:
        plugin.Update(pb.UpdateRequest(urn=URN, id="n", old_inputs=encode(old), news=encode({**old, "size": 13})))
    assert part_done(caught.value) is None


def test_an_update_that_fails_half_way_tells_what_is_there_now(plugin: Any) -> None:
    THINGS["n"] = old = ThingArgs(name="n", place="here").properties()
    with pytest.raises(grpc.RpcError) as caught:
        plugin.Update(pb.UpdateRequest(urn=URN, id="n", old_inputs=encode(old), news=encode({**old, "size": 14})))
    assert decode(part_done(caught.value).inputs).values["size"] == 14


def test_a_change_of_a_create_only_input_replaces(plugin: Any) -> None:
    answer = diff(plugin, {"place": "here", "name": "a"}, {"place": "there", "name": "b"})
    assert list(answer.replaces) == ["name", "place"]
    assert answer.detailedDiff["place"].kind == pb.PropertyDiff.UPDATE_REPLACE
    assert not answer.deleteBeforeReplace


def test_a_replacement_of_the_same_name_waits_for_the_delete(plugin: Any) -> None:
    assert diff(plugin, {"place": "here", "name": "a"}, {"place": "there", "name": "a"}).deleteBeforeReplace


def test_a_resource_that_is_gone_is_read_as_an_empty_id(plugin: Any) -> None:
    assert plugin.Read(pb.ReadRequest(urn=URN, id="never made")).id == ""


def test_an_unknown_type_is_refused_with_the_known_ones(plugin: Any) -> None:
    with pytest.raises(grpc.RpcError, match="use one of sixfold:test:Thing"):
        plugin.Check(pb.CheckRequest(urn=URN.replace("Thing", "Nothing"), news=encode({})))


def test_the_stacks_own_configuration_is_not_taken_for_the_providers(plugin: Any) -> None:
    answer = plugin.CheckConfig(pb.CheckRequest(news=encode({"platform": "{}", "region": "eu-west-1"})))
    assert decode(answer.inputs).values == {"region": "eu-west-1", "default_tags": {}}


def test_another_region_replaces_the_provider(plugin: Any) -> None:
    answer = plugin.DiffConfig(pb.DiffRequest(old_inputs=encode({"region": "a"}), news=encode({"region": "b"})))
    assert list(answer.replaces) == ["region"]


def test_the_process_prints_its_port_and_ends_with_the_engine() -> None:
    executable = Path(__file__).parents[3] / "pulumi_sixfold" / "bin" / "pulumi-resource-sixfold"
    with subprocess.Popen([executable], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as plugin:
        assert plugin.stdin
        assert plugin.stdout
        port = int(plugin.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            schema = provider_pb2_grpc.ResourceProviderStub(channel).GetSchema(pb.GetSchemaRequest()).schema
        assert "sixfold:s3:Bucket" in schema
        plugin.stdin.close()
        assert plugin.wait(10) == 0


def test_the_process_starts_without_the_sdk_and_without_boto3() -> None:
    code = (
        "import sys, pulumi_sixfold.plugin;assert not {'pulumi', 'boto3', 'botocore', 'supervisor'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_operation_has_the_time_of_its_custom_timeouts_else_that_of_its_type(plugin: Any) -> None:
    news = encode({"name": "a", "place": "here"})
    for timeout in (0, 420):
        plugin.Create(pb.CreateRequest(urn=URN, properties=news, timeout=timeout))
        plugin.Update(pb.UpdateRequest(urn=URN, id="a", news=news, old_inputs=news, timeout=timeout))
        plugin.Delete(pb.DeleteRequest(urn=URN, id="a", old_inputs=news, timeout=timeout))
    assert MINUTES == [20, 20, 20, 7, 7, 7]
