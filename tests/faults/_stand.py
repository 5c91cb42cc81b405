"""A stack on a moto server of its own, which is taken through up, update and destroy, killed, and put right."""

import json
import re
import subprocess
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import psutil

from delivery.engine import Engine
from pulumi_sixfold.program_side import program_module
from tests.conftest import forget_all
from tests.engine.conformance._life import PROGRAM
from tests.faults._listing import Found, listing
from tests.faults._points import Point
from tests.faults._programs import PROGRAMS
from tests.faults._proxy import Answer, Call, Meddler, NoAnswerError, Proxy

_PLUGIN = "pulumi_sixfold.plugin"
_NEVER_THE_SAME = {"created", "modified", "sourcePosition", "stackTrace"}
_MORE_OR_LESS = 3  # how many calls fewer than the undisturbed run another one makes, where it waits less
_COMMANDS = {"up": "up", "update": "up", "destroy": "destroy"}


@dataclass(frozen=True)
class Truth:
    """Result of a phase: the state with names for ids, the contents of AWS, and the calls that were made."""

    state: dict[str, Any]
    found: list[str]
    calls: list[Call] = field(default_factory=list, compare=False)


@dataclass
class Kill(Meddler):
    """Kills at one call."""

    point: Point
    number: int
    victims: Callable[[], list[psutil.Process]]
    call: Call | None = None

    def before(self, call: Call) -> Answer | None:
        if self.point.side == "before":
            self._kill(call)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if self.point.side == "after":
            self._kill(call)
        return answer

    def _kill(self, call: Call) -> None:
        if call.number != self.number:
            return
        self.call = call
        for victim in self.victims():
            victim.kill()
        if self.point.victim != "engine":  # else the plugin lives for a moment, and its call goes on
            raise NoAnswerError


class Stand:
    """One project, one proxy, one moto; `at` is the program and phase that it has come to."""

    def __init__(self, project: Any, proxy: Proxy, moto: str) -> None:
        self.project = project
        self.proxy = proxy
        self.moto = moto
        self.engine = Engine(project.root, "test", Path(project.env["SIXFOLD_HOME"]), project.env)
        self.at = ("", "")
        session: Any = boto3.Session("test", "test", region_name="eu-west-1")
        self._client = cache(lambda service: session.client(service, endpoint_url=moto))
        self._empty = project.root / "empty.json"
        self._empty.write_text(json.dumps(project.stack_export()))
        project.write(PROGRAM.format(moto=proxy.url))

    def truths(self, program: str) -> dict[str, Truth]:
        """Take a program through its phases undisturbed, and return what each comes to."""
        self.reset()
        return {phase: self._undisturbed(program, phase) for phase in _COMMANDS}

    def survives(
        self, point: Point, undisturbed: Truth, again: Callable[[str], object] | None = None
    ) -> tuple[str, str]:
        """Kill, run the phase again, and return the call at which it was killed, and what is wrong then.

        Both are empty where this time there were fewer calls, and so no kill.

        Args:
            point: where to kill.
            undisturbed: what the phase comes to.
            again: what runs a phase after the kill; None: what `sixfold up` and `sixfold down` run.

        """
        try:
            self._come_to(point)
            kill = self._killed(point, undisturbed)
            if kill.call is None:
                self.at = (point.program, point.phase)
                return "", ""
            (again or self._run_as_sixfold_does)(point.phase)
            self.at = (point.program, point.phase)
            wrong = difference(undisturbed, self.truth(point.program))
        except Exception:  # noqa: BLE001 - one point must not stop the others
            kill, wrong = None, traceback.format_exc()
        if wrong:
            self.at = ("", "")
        return f"{kill.call}" if kill else "?", wrong

    def truth(self, program: str, calls: list[Call] | None = None) -> Truth:
        """Return the present state and contents of AWS."""
        deployment = self._deployment()
        resources = deployment.get("resources", [])
        names = _names(resources) | {self.proxy.url: "<aws>"}
        state = {"pending": deployment.get("pending_operations", [])} | {
            f"{each['type']} {each['urn'].rsplit('::', 1)[-1]}{' to be deleted' if each.get('delete') else ''}": {
                key: _in_order(value) for key, value in each.items() if key not in _NEVER_THE_SAME
            }
            for each in resources
        }
        found = sorted(f"{kind} {names.get(each, '?')}" for kind, each in self._listed(program) - self._before)
        return Truth(json.loads(_named(json.dumps(state), names)), found, calls or [])

    def _undisturbed(self, program: str, phase: str) -> Truth:
        self.prepare(program, phase)
        self.proxy.watch()
        self.project.cli(_COMMANDS[phase], "--yes", "--skip-preview")
        calls = self.proxy.calls
        self.at = (program, phase)
        return self.truth(program, calls)

    def _come_to(self, point: Point) -> None:
        """Reach what the point's phase starts from; as a rule the point before it has done so."""
        before = list(_COMMANDS)[: list(_COMMANDS).index(point.phase)]
        if self.at != (point.program, before[-1] if before else "destroy"):
            self.reset()
            for phase in before:
                self._undisturbed(point.program, phase)
        elif not before:
            forget_all(self.moto)  # KMS still has the keys that wait for their end: the calls would be more each time
        self.prepare(point.program, point.phase)

    def prepare(self, program: str, phase: str) -> None:
        """Write the program as the phase has it."""
        if phase == "up":
            self._before = self._listed(program)
        changed = phase != "up"
        written = {
            name: (
                program_module(handler),
                handler.facts.token.rsplit(":", 1)[-1],
                {**args, **(change if changed else {})},
                None,
            )
            for name, (handler, args, change) in PROGRAMS[program].items()
        }
        (self.project.root / "resources.json").write_text(json.dumps(written))

    def reset(self) -> None:
        """Forget state and AWS."""
        forget_all(self.moto)
        self.project.cli("cancel", "--yes", check=False)
        self.project.cli("stack", "import", "--file", str(self._empty))

    def _killed(self, point: Point, truth: Truth) -> Kill:
        command = ["pulumi", "--non-interactive", _COMMANDS[point.phase], "--yes", "--skip-preview"]
        with subprocess.Popen(
            command, cwd=self.project.root, env=self.project.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as running:
            engine = psutil.Process(running.pid)
            family: list[psutil.Process] = []

            def victims() -> list[psutil.Process]:
                family[:] = [engine, *engine.children(recursive=True)]
                plugins = [each for each in family if _PLUGIN in each.cmdline()]
                return {"engine": [engine], "plugin": plugins, "both": [engine, *plugins]}[point.victim]

            kill = Kill(point, point.call(len(truth.calls)), victims)
            self.proxy.watch(kill)
            said, _ = running.communicate(timeout=300)
        seen = len(self.proxy.calls)
        self.proxy.watch()
        if kill.call is None and seen < kill.number - _MORE_OR_LESS:
            raise RuntimeError(f"only {seen} calls, the kill never came\n{said.decode()}")
        _, alive = psutil.wait_procs(family, timeout=60)
        if alive:
            raise RuntimeError(f"left running: {[each.cmdline() for each in alive]}")
        return kill

    def _run_as_sixfold_does(self, phase: str) -> None:
        if phase == "destroy":
            self.engine.destroy()
        else:
            self.engine.up("--refresh")

    def _deployment(self) -> dict[str, Any]:
        """Return the state with its secrets in clear; the engine, which is slow to start, is asked for those alone."""
        (file,) = self.project.root.parent.glob("state/.pulumi/stacks/*/test.json")
        text = file.read_text()
        if "ciphertext" in text:
            return dict(json.loads(self.project.cli("stack", "export", "--show-secrets").stdout)["deployment"])
        return dict(json.loads(text)["checkpoint"]["latest"])

    def _listed(self, program: str) -> Found:
        services = {handler.facts.service for handler, _, _ in PROGRAMS[program].values()}  # type: ignore[attr-defined]
        return listing(self._client, services)


def _names(resources: list[dict[str, Any]]) -> dict[str, str]:
    """Return random values of AWS and the engine → the resource and property that they belong to."""
    names: dict[str, str] = {}
    for each in resources:
        name = each["urn"].rsplit("::", 1)[-1]
        drawn = {key: value for key, value in each.get("outputs", {}).items() if key not in each.get("inputs", {})}
        names |= {value: f"<{name}.{key}>" for key, value in drawn.items() if isinstance(value, str) and value}
        names |= {each["id"]: f"<{name}>"} if each.get("id") else {}
    return names


def _named(text: str, names: Mapping[str, str]) -> str:
    """Return a text with the names of things in place of what was drawn."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: names[found[0]], text) if names else text


def _in_order(value: Any) -> Any:
    """Return a property of the state with dependencies in order: the engine lists them as they came."""
    if isinstance(value, dict):
        return {key: _in_order(part) for key, part in value.items()}
    return sorted(value, key=str) if isinstance(value, list) else value


def difference(want: Truth, have: Truth) -> str:
    """Return the differences as text, empty for none."""
    wrong = []
    for name in {**want.state, **have.state}:
        one, other = want.state.get(name), have.state.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            wrong += [
                f"{name}.{k}: {other.get(k)} instead of {one.get(k)}" for k in one | other if one.get(k) != other.get(k)
            ]
        elif one != other:
            wrong.append(f"{name}: {other} instead of {one}")
    if want.found != have.found:
        wrong.append(f"in AWS: {have.found} instead of {want.found}")
    return "\n".join(wrong)
