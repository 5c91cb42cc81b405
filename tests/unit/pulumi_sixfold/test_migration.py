"""States that an older version of the provider wrote, or that a refresh saw: they are migrated, and can be deleted."""

from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as pb
from pydantic import Field

from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import decode, encode
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import Handler, State
from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler

URN = "urn:pulumi:dev::project::sixfold:test:Thing::thing"
DELETED: list[Args] = []


class ThingArgs(Args):
    """The inputs of a Thing, of which version 0 called the colour `color`, and knew no place."""

    name: Input[str | None] = Field(None, description="Its name.")
    colour: Input[str] = Field("red", description="Its colour.")
    place: Input[str] = Field(description="Where it is; version 0 did not ask.")


class ThingHandler(Handler[ThingArgs]):
    facts = Facts(
        token="sixfold:test:Thing",
        args=ThingArgs,
    )

    def create(self, urn: str, args: ThingArgs) -> str:  # noqa: ARG002
        return str(args.name)

    def update(self, urn: str, resource_id: str, args: ThingArgs) -> None:
        pass

    def read(self, resource_id: str) -> State[ThingArgs]:
        return State(ThingArgs(name=resource_id, place="here"))

    def delete(self, resource_id: str, args: ThingArgs) -> None:  # noqa: ARG002
        DELETED.append(args)


class Renamed(ThingHandler):
    facts = replace(
        ThingHandler.facts,
        migrations=(lambda old: {"colour" if name == "color" else name: value for name, value in old.items()},),
    )


def servicer(kind: type[Handler[Any]]) -> Any:
    found: Any = Servicer([kind])
    found.Configure(pb.ConfigureRequest(args=encode({})), None)
    return found


def diff(kind: type[Handler[Any]], old: dict[str, Any], program: dict[str, Any]) -> Any:
    plugin = servicer(kind)
    news = plugin.Check(pb.CheckRequest(urn=URN, news=encode(program), olds=encode(old)), None).inputs
    return plugin.Diff(pb.DiffRequest(urn=URN, id="a", old_inputs=encode(old), news=news), None)


def test_a_resource_without_a_newly_required_input_is_deleted() -> None:
    DELETED.clear()
    servicer(ThingHandler).Delete(pb.DeleteRequest(urn=URN, id="a", old_inputs=encode({"name": "a"})), None)
    assert [(args.name, args.colour, args.place) for args in DELETED] == [("a", "red", None)]  # type: ignore[attr-defined]


def test_a_renamed_input_is_no_difference() -> None:
    answer = diff(Renamed, {"name": "a", "color": "blue", "place": "x"}, {"name": "a", "colour": "blue", "place": "x"})
    assert answer.changes == pb.DiffResponse.DIFF_NONE


def test_a_stamped_state_is_not_migrated_again() -> None:
    old = {"name": "a", "colour": "blue", "place": "x", "__v": 1}
    assert diff(Renamed, old, {"name": "a", "colour": "green", "place": "x"}).diffs == ["colour"]


@pytest.mark.parametrize(("kind", "stamp"), [(ThingHandler, None), (Renamed, 1)])
def test_only_types_with_migrations_are_stamped(kind: type[Handler[Any]], stamp: int | None) -> None:
    request = pb.CheckRequest(urn=URN, news=encode({"name": "a", "place": "x"}))
    assert decode(servicer(kind).Check(request, None).inputs).values.get("__v") == stamp


def test_a_refresh_stamps_what_it_reads() -> None:
    old = encode({"name": "a", "color": "blue"})
    answer = servicer(Renamed).Read(pb.ReadRequest(urn=URN, id="a", inputs=old), None)
    assert decode(answer.inputs).values["__v"] == 1


def test_a_process_that_a_refresh_saw_stopped_is_deleted(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deleted: list[ProcessArgs] = []
    monkeypatch.setattr(ProcessHandler, "delete", lambda _self, _id, args: deleted.append(args))
    last = {"home": str(tmp_path), "command": ["x"], "reload": {"url": "u", "file": "f"}, "running": False}
    urn = URN.replace("test:Thing", "local:Process")
    servicer(ProcessHandler).Delete(pb.DeleteRequest(urn=urn, id="a", old_inputs=encode(last)), None)
    (args,) = deleted
    assert (args.running, args.reload and args.reload.file, args.stop_timeout_s) == (False, "f", 10)


def test_recalled_inputs_that_are_valid_are_those_of_a_program() -> None:
    assert ThingArgs.recalled({"place": "x", "gone": 1}) == ThingArgs(place="x")
