"""Questions are put at once, and none of them keeps the others, or the command, from an end."""

import os
import re
import socket
import time
from collections.abc import Iterator
from threading import Event

import pytest

from delivery.health.finding import Finding, Question, all_well, ask, within
from delivery.health.processes import problem_of
from sixfold.errors import SixfoldError

WELL = Finding("disk", "home", well=True, says="enough")


def hangs() -> Iterator[Finding]:
    Event().wait(60)
    yield WELL


def breaks() -> list[Finding]:
    raise ValueError("no JSON\nat all")


def refuses() -> list[Finding]:
    raise SixfoldError("kubectl is missing", remedy="install kubectl")


def test_what_hangs_costs_the_deadline_once_and_is_a_finding() -> None:
    began = time.monotonic()
    findings = ask([Question("aws", "one", hangs, "make up")] * 5 + [Question("disk", "home", lambda: [WELL], "")], 0.3)
    assert time.monotonic() - began < 1
    assert findings == [Finding("aws", "one", False, "no answer within 0.3 s", "make up")] * 5 + [WELL]


def test_an_answer_that_nobody_expected_is_a_finding_on_one_line() -> None:
    (finding,) = ask([Question("lake", "tables", breaks, "make up")])
    assert finding == ("lake", "tables", False, "ValueError: no JSON", "make up")


def test_an_error_for_people_brings_its_own_remedy() -> None:
    (finding,) = ask([Question("alert", "firing", refuses, "make up")])
    assert (finding.says, finding.remedy) == ("kubectl is missing", "install kubectl")


def test_what_cannot_be_asked_from_here_is_neither_well_nor_amiss() -> None:
    unknown = Finding("machine", "disk", well=None, says="not asked")
    assert all_well([WELL, unknown])
    assert not all_well([unknown, WELL._replace(well=False)])


def test_a_port_that_takes_connections_and_answers_nothing_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        problem = problem_of(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert re.fullmatch(r"does not answer within \d s: it hangs", problem or "")


def test_a_port_without_a_listener_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert str(problem_of(f"http://127.0.0.1:{port}/")).startswith("cannot be reached")


@pytest.mark.parametrize(("load", "seconds"), [(0.0, 3.0), (2.0, 3.0), (4.0, 6.0), (100.0, 12.0)])
def test_a_machine_that_is_busy_gets_more_time(monkeypatch: pytest.MonkeyPatch, load: float, seconds: float) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert within() == seconds
