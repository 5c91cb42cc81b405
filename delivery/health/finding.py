"""Findings on the health of a stack, and the one way to ask for them: all questions at once, each within a deadline.

`sixfold status` and `sixfold doctor` share both. A question asks one thing and raises nothing that `ask` does not turn
into a finding; pure functions judge the answers.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Queue
from threading import Thread
from typing import NamedTuple

from sixfold.errors import SixfoldError

_WITHIN_S, _ANSWER_WITHIN_S, _MOST = 3.0, 2.0, 4.0


class Finding(NamedTuple):
    """One answer: `well` is None where the question cannot be asked from here; `remedy` is what to type."""

    area: str
    name: str
    well: bool | None
    says: str
    remedy: str | None = None


class Question(NamedTuple):
    """A question to one part of a stack; `remedy` is for a part that does not answer it."""

    area: str
    name: str
    put: Callable[[], Iterable[Finding]]
    remedy: str


def within() -> float:
    """Return the seconds that a look at a stack takes at most, however many of its parts hang."""
    return _WITHIN_S * _patience()


def answer_within() -> float:
    """Return the seconds that one request may take."""
    return _ANSWER_WITHIN_S * _patience()


def _patience() -> float:
    """Return the load by processor, within 1 and 4: a busy machine gets so many times the time."""
    return min(_MOST, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def ask(questions: Sequence[Question], within_s: float | None = None) -> list[Finding]:
    """Put all questions at once, and return their findings in the order of the questions.

    A question without an answer in time is a finding too: what hangs is as dead as what is gone. The time is `within`,
    unless another is given.
    """
    within_s = within() if within_s is None else within_s
    answers: dict[int, list[Finding]] = {}
    arrived: Queue[tuple[int, list[Finding]]] = Queue()
    for number, question in enumerate(questions):
        # A daemon: a thread that hangs must not keep the command from its end.
        Thread(target=_put, args=(question, number, arrived), daemon=True).start()
    end = time.monotonic() + within_s
    while len(answers) < len(questions):
        try:
            number, findings = arrived.get(timeout=max(0, end - time.monotonic()))
        except Empty:
            break
        answers[number] = findings
    silent = f"no answer within {within_s:.2g} s"
    return [
        finding
        for number, question in enumerate(questions)
        for finding in answers.get(number, [Finding(question.area, question.name, False, silent, question.remedy)])
    ]


def all_well(findings: Iterable[Finding]) -> bool:
    """Return whether nothing that could be asked is amiss."""
    return all(finding.well is not False for finding in findings)


def _put(question: Question, number: int, arrived: Queue[tuple[int, list[Finding]]]) -> None:
    arrived.put((number, _answer(question)))


def _answer(question: Question) -> list[Finding]:
    try:
        return list(question.put())
    except SixfoldError as error:
        return [Finding(question.area, question.name, well=False, says=error.what, remedy=error.remedy)]
    except Exception as error:  # noqa: BLE001 - whatever a broken part answers is a finding, and ends no other question
        says = f"{type(error).__name__}: {error}".splitlines()[0]
        return [Finding(question.area, question.name, well=False, says=says, remedy=question.remedy)]
