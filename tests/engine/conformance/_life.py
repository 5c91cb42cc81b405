"""Takes cases through their whole lives, all on one stack at once, and records what the engine did at every step."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_sixfold.program_side import program_module
from tests.engine.conformance._case import Aws, Case

PROGRAM = """
import importlib, json, pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}", default_tags={{"stack": "test"}}))
made = {{}}

def value(given):
    if isinstance(given, str) and given.startswith("@"):
        name, output = given[1:].split(".")
        return getattr(made[name], output)
    if isinstance(given, dict):
        return {{key: value(part) for key, part in given.items()}}
    return [value(item) for item in given] if isinstance(given, list) else given

for name, (module, kind, args, existing) in json.load(open("resources.json")).items():
    found = importlib.import_module(module)
    args = getattr(found, kind + "Args")(**{{key: value(given) for key, given in args.items()}})
    made[name] = getattr(found, kind)(name, args, pulumi.ResourceOptions(provider=aws, import_=existing))
"""

_PLANNED = {"create", "update", "replace", "delete", "import"}


@dataclass
class Step:
    """Result of one run of the engine: resource → (operation, inputs that differed), and failures."""

    done: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> tuple[str, frozenset[str]]:
        """Return the operation on a resource, `same` for none; the test fails if the resource failed."""
        assert name not in self.failed, self.failed[name]
        assert "" not in self.failed, self.failed[""]
        return self.done.get(name, ("same", frozenset()))


@dataclass
class Life:
    """The steps that all cases go through together; a step also shows whether the one before it left any difference."""

    create: Step
    adopt: Step
    again: Step
    imported: Step
    imported_again: Step
    drifts: list[Step]
    changes: list[Step]
    last: Step
    delete: Step
    delete_again: Step


def live(project: Any, other: Any, cases: Mapping[str, Case], aws: Aws) -> Life:
    """Return the lives of cases. `project` and `other` are two stacks with PROGRAM."""
    empty = project.root / "empty.json"
    empty.write_text(json.dumps(project.stack_export()))
    inputs = {name: case.args for name, case in cases.items()}
    create = _up(project, cases, inputs)
    project.cli("stack", "import", "--file", str(empty))
    adopt, again = _up(project, cases, inputs), _up(project, cases, inputs)
    imported, imported_again = _up(other, cases, inputs, adopt.ids), _up(other, cases, inputs)
    drifts, changes = [again], []
    for number in range(max(len(case.drift) for case in cases.values())):
        trouble = _meddle(aws, cases, number, drifts[-1].ids)
        drifts.append(_up(project, cases, inputs))
        drifts[-1].failed |= trouble
    for number in range(max(len(case.changes) for case in cases.values())):
        now = {name: change for name, case in cases.items() for change in case.changes[number : number + 1]}
        inputs = {name: {**args, **now.get(name, {})} for name, args in inputs.items()}
        changes.append(_up(project, cases, inputs))
    last = _up(project, cases, inputs)
    delete, delete_again = _run(project, "destroy"), _run(other, "destroy")
    return Life(create, adopt, again, imported, imported_again, drifts[1:], changes, last, delete, delete_again)


def _meddle(aws: Aws, cases: Mapping[str, Case], number: int, ids: Mapping[str, str]) -> dict[str, str]:
    """Let every case's drift of that number happen, and return what failed in it: one case must not stop the others."""
    failed = {}
    for name, case in cases.items():
        for found, meddle in list(case.drift.items())[number : number + 1]:
            try:
                meddle(aws, ids[name])
            except Exception as error:  # noqa: BLE001 - whatever a case does wrong is its own failure
                failed[name] = f"the drift of {found} failed: {error!r}"
    return failed


def _up(
    project: Any, cases: Mapping[str, Case], inputs: Mapping[str, Any], ids: Mapping[str, str] | None = None
) -> Step:
    written = {
        name: (
            program_module(case.handler),
            case.handler.facts.token.rsplit(":", 1)[-1],
            inputs[name],
            (ids or {}).get(name),
        )
        for name, case in cases.items()
    }
    (project.root / "resources.json").write_text(json.dumps(written))
    return _run(project, "up", "--refresh")


def _run(project: Any, *command: str) -> Step:
    log = project.root / "events.json"
    log.unlink(missing_ok=True)
    flags = ("--yes", "--skip-preview", "--continue-on-error", "--event-log", str(log))
    ended = project.cli(*command, *flags, check=False)
    step = _read(log) if log.exists() else Step()
    if ended.returncode and not step.failed:
        step.failed[""] = ended.stdout + ended.stderr
    step.ids = {name: resource["id"] for name, resource in project.resources().items() if "id" in resource}
    return step


def _read(log: Path) -> Step:
    step = Step()
    for line in log.read_text().splitlines():
        event = json.loads(line)
        if (planned := event.get("resourcePreEvent")) and planned["metadata"]["op"] in _PLANNED:
            metadata = planned["metadata"]
            differing = frozenset(path.split(".")[0].split("[")[0] for path in metadata.get("detailedDiff") or {})
            step.done[_name(metadata["urn"])] = (metadata["op"], differing)
        if (said := event.get("diagnosticEvent")) and said["severity"] == "error":
            step.failed[_name(said.get("urn", ""))] = said["message"]
    return step


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
