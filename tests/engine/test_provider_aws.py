"""Every AWS resource type through the whole life of a resource, on the real engine and a moto server.

The cases are in the folder `conformance`, a file for each service; `-k` with a type takes only that type, and what it
refers to, through its life. `make conformance` prints the table of types and checks.
"""

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import pytest

from pulumi_sixfold.aws.lookups import LOOKUPS
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.engine.schema import package_schema
from pulumi_sixfold.kit.handler import Handler, ProviderArgs
from tests.conftest import forget_all
from tests.engine.conformance._all import AWS, collect, needs
from tests.engine.conformance._case import GONE, Case
from tests.engine.conformance._gaps import NOT_IN_MOTO
from tests.engine.conformance._life import PROGRAM, Life, live

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the lives of all

CASES = collect()


def _label(name: str) -> str:
    return f"{CASES[name].handler.facts.token.removeprefix('sixfold:')}-{name}"


_each = pytest.mark.parametrize("name", CASES, ids=_label)


def _each_part(labels: Callable[[Case], Iterable[str]]) -> Any:
    """Parametrise a test with every part of every case."""
    parts = [(name, number, label) for name, case in CASES.items() for number, label in enumerate(labels(case))]
    ids = [f"{_label(name)}-{label}" for name, _, label in parts]
    return pytest.mark.parametrize(("name", "part"), [part[:2] for part in parts], ids=ids)


@pytest.fixture(scope="module")
def life(request: pytest.FixtureRequest, moto_server: str, project_maker: Callable[..., Any]) -> Life:
    """The life of the cases of all tests that were selected, and of those that they refer to."""
    tests = [item for item in request.session.items if item.path == request.path and "life" in item.fixturenames]
    wanted = {test.callspec.params["name"] for test in tests}
    for name in reversed(CASES):
        wanted |= needs(CASES[name]) if name in wanted else set()
    forget_all(moto_server)
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    program = PROGRAM.format(moto=moto_server)
    cases = {name: case for name, case in CASES.items() if name in wanted}
    return live(
        project_maker(program),
        project_maker(program),
        cases,
        lambda service: session.client(service, endpoint_url=moto_server),
    )


@pytest.mark.conformance("create")
@_each
def test_it_is_made(life: Life, name: str) -> None:
    assert life.create.of(name)[0] == "create"


@pytest.mark.conformance("adopt")
@_each
def test_it_is_adopted_by_a_stack_that_lost_its_state(life: Life, name: str) -> None:
    assert life.adopt.of(name)[0] == "create"
    assert life.adopt.ids[name] == life.create.ids[name]


@pytest.mark.conformance("no-op")
@_each
def test_a_second_up_and_a_refresh_have_nothing_to_do(life: Life, name: str) -> None:
    assert life.again.of(name) == life.last.of(name) == ("same", frozenset())


@pytest.mark.conformance("import")
@_each
def test_it_is_imported_by_its_id_without_a_difference(life: Life, name: str) -> None:
    assert life.imported.of(name)[0] == "import"
    assert life.imported_again.of(name) == ("same", frozenset())


@pytest.mark.conformance("drift")
@_each_part(lambda case: case.drift)
def test_what_somebody_else_changed_is_found_and_put_back(life: Life, name: str, part: int) -> None:
    found = list(CASES[name].drift)[part]
    done, differing = life.drifts[part].of(name)
    assert (done == "create") if found == GONE else (done == "update" and found in differing)


@pytest.mark.conformance("change")
@_each_part(lambda case: ["+".join(change) for change in case.changes])
def test_a_changed_input_updates_or_replaces_as_declared(life: Life, name: str, part: int) -> None:
    handler, change = CASES[name].handler, CASES[name].changes[part]
    done, differing = life.changes[part].of(name)
    assert done == ("replace" if handler.facts.create_only & change.keys() else "update")
    assert differing - {handler.facts.name_property} == change.keys() - {handler.facts.name_property}


@pytest.mark.conformance("delete")
@_each
def test_it_is_deleted(life: Life, moto_server: str, name: str) -> None:
    assert life.delete.of(name)[0] == "delete"
    handler = CASES[name].handler(ProviderArgs(region="eu-west-1", endpoint=moto_server), Event())
    assert handler.read(life.last.ids[name]) is None


@pytest.mark.conformance("delete again")
@_each
def test_it_is_deleted_again(life: Life, name: str) -> None:
    assert life.delete_again.of(name)[0] == "delete"


@pytest.mark.parametrize("handler", AWS, ids=lambda handler: handler.facts.token.removeprefix("sixfold:"))
def test_every_input_is_changed_and_drifts_or_says_why_not(
    handler: type[Handler[Any]], record_property: Callable[[str, object], None]
) -> None:
    cases = [case for case in CASES.values() if case.handler is handler and not case.supports]
    assert cases, f"{handler.facts.token} has no case in tests/engine/conformance"
    inputs = set(handler.facts.args.model_fields)
    constant = {name: why for case in cases for name, why in case.constant.items()}
    unseen = {name: why for case in cases for name, why in case.unseen.items()}
    assert inputs == constant.keys() | {name for case in cases for change in case.changes for name in change}
    drifting = {name for case in cases for name in case.drift}
    assert inputs - handler.facts.create_only - handler.facts.unreadable - drifting - unseen.keys() == set()
    for name, why in {**constant, **unseen}.items():
        record_property("not tried", f"{handler.facts.token} {name}: {why}")


@pytest.mark.parametrize("token", NOT_IN_MOTO)
def test_a_type_that_moto_has_nothing_of_is_tested_on_the_shapes_of_aws(
    token: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("not tried", f"{token}: {NOT_IN_MOTO[token]}")
    elsewhere = NOT_IN_MOTO[token].rpartition(" ")[2]
    assert "scripted" in (Path(__file__).parents[1] / "unit" / "pulumi_sixfold" / elsewhere).read_text()


def test_the_engine_accepts_the_schema(engine: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(package_schema(HANDLERS, LOOKUPS.values())))
    checked = subprocess.run([engine, "schema", "check", schema], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
