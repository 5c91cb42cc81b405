"""The processes of a stack on one machine: whether supervisord keeps them alive, and whether they answer."""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from delivery.health.finding import Finding, Question, answer_within
from pulumi_sixfold.local.supervisor import WATCHDOG, Supervisor

_LOOPS = 3  # unexpected ends within an hour, beyond which a process is said to crash again and again
_SETTLED_S = 60  # how long it then runs before it is well again
_HOUR_S = 3600
_ENDED = re.compile(r"^(\S+ \S+),\d+ \S+ exited: (\S+) \(.*; not expected\)", re.MULTILINE)


class Process(NamedTuple):
    """A process that is to run: its name in the program, in supervisord, and where it says that it is well."""

    name: str
    program: str
    health_url: str | None = None
    login: str | None = None
    command: tuple[str, ...] = ()

    def option(self, name: str) -> str | None:
        """Return the value of an option of its command, None where it has none."""
        return self.command[self.command.index(name) + 1] if name in self.command else None


def known(supervisor: Supervisor) -> list[Process]:
    """Return the processes that an `up` left in a home, by name."""
    specs = (json.loads(path.read_text()) for path in sorted(supervisor.conf.glob("*.json")))
    return sorted(_process(spec) for spec in specs)


def releases(processes: Iterable[Process]) -> Iterator[tuple[Process, str, str, str]]:
    """Yield each process of a release, with its product, API version and whole digest."""
    for process in processes:
        product, version, digest = (process.option(name) for name in ("--product", "--api-version", "--release"))
        if product and version and digest:
            yield process, product, version, digest


def questions(supervisor: Supervisor, up: str) -> list[Question]:
    """Return the questions to a machine's processes; `up` is the command that starts what does not run."""
    processes = known(supervisor)
    if not processes:
        none = Finding("process", "all", well=False, says="none was ever started here", remedy=up)
        return [Question("process", "all", lambda: [none], up)]
    asked = [Question("process", each.name, partial(_asked, supervisor, each, up), up) for each in processes]
    return [Question("process", "supervisor", partial(_supervisor, supervisor, up), up), *asked]


def judge(
    process: Process, info: Mapping[str, Any] | None, ends: int, problem: str | None, *, up: str, log: Path
) -> Finding:
    """Judge a process.

    Args:
        process: which one.
        info: supervisord's view of it; None: it does not run, or does not know it.
        ends: how often it ended unexpectedly within the past hour.
        problem: why its health check fails; None: it answers, or has none.
        up: the command that starts what does not run.
        log: its log.

    """
    state = info["statename"] if info else "not running"
    ended = f", ended unexpectedly {ends} times within the hour" if ends else ""
    said = f"the end of {log} says why; then {up}"
    if info is None or state in {"STOPPED", "EXITED", "FATAL", "UNKNOWN", "BACKOFF"}:
        return Finding("process", process.name, well=False, says=f"{state.lower()}{ended}", remedy=said if ends else up)
    if problem:
        return Finding("process", process.name, well=False, says=f"runs, and {problem}{ended}", remedy=said)
    runs = f"answers, for {duration(info['now'] - info['start'])}"
    if ends >= _LOOPS and info["now"] - info["start"] < _SETTLED_S:
        return Finding("process", process.name, well=False, says=f"{runs}{ended}", remedy=said)
    return Finding("process", process.name, well=True, says=f"{runs}{ended}")


def unexpected_ends(log: str, program: str, since: datetime) -> int:
    """Count the unexpected ends of a program since a moment, by supervisord's log, whose times are local."""
    return sum(
        name == program and datetime.strptime(at, "%Y-%m-%d %H:%M:%S").astimezone(UTC) >= since
        for at, name in _ENDED.findall(log)
    )


def problem_of(url: str, login: str | None = None) -> str | None:
    """Return why a health check fails, as the end of a sentence; None where it answers 2xx in time."""
    basic = httpx.BasicAuth(*login.split(":", 1)) if login else None
    within_s = answer_within()
    try:
        answer = httpx.get(url, auth=basic, timeout=within_s, trust_env=False)
    except httpx.TimeoutException:
        return f"does not answer within {within_s:.0f} s: it hangs"
    except httpx.HTTPError as error:
        return f"cannot be reached: {error}"
    return None if answer.is_success else f"answers {answer.status_code}"


def duration(seconds: float) -> str:
    """Return a time span as people read it, in its largest unit."""
    for unit, length in (("d", 86_400), ("h", _HOUR_S), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _asked(supervisor: Supervisor, process: Process, up: str) -> list[Finding]:
    log = supervisor.logs / "supervisord.log"
    said = log.read_text(errors="replace") if log.exists() else ""
    ends = unexpected_ends(said, process.program, datetime.fromtimestamp(time.time() - _HOUR_S, UTC))
    problem = problem_of(process.health_url, process.login) if process.health_url else None
    info = supervisor.info(process.program)
    return [judge(process, info, ends, problem, up=up, log=supervisor.log(process.program))]


def _supervisor(supervisor: Supervisor, up: str) -> list[Finding]:
    well = supervisor.answers()
    says = "answers" if well else "supervisord does not run, and everything ended with it"
    watchdog = supervisor.info(WATCHDOG) if well else None
    watches = watchdog is not None and watchdog["statename"] == "RUNNING"
    seen = "ends what hangs" if watches else "does not run: nobody ends what hangs"
    guarded = supervisor.is_guarded()
    kept = "starts supervisord again" if guarded else "does not run: nobody starts supervisord again"
    start = f"`supervisorctl -c {supervisor.run}/supervisord.conf start {WATCHDOG}`" if well else up
    return [
        Finding("process", "supervisor", well=well, says=says, remedy=None if well else up),
        Finding("process", WATCHDOG, well=watches, says=seen, remedy=None if watches else start),
        Finding("process", "guardian", well=guarded, says=kept, remedy=None if guarded else up),
    ]


def _process(spec: Mapping[str, Any]) -> Process:
    inputs = spec["inputs"]
    return Process(
        spec["urn"].rsplit("::", 1)[-1],
        inputs["program"],
        inputs.get("health_url"),
        inputs.get("health_login"),
        tuple(inputs["command"]),
    )
