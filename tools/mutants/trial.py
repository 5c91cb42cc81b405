"""Trials of the mutants of one module in forks of one process, which has imported the rest: a trial takes a second.

Each fork runs those tests that reach the changed lines, the fastest first, and ends at the first failure.
"""

import ast
import importlib.util
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple

import pytest

_ALWAYS = ""
"""Lines that run at import, or in a fixture, concern every test."""
_OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


class Baseline(NamedTuple):
    """A run of the tests on the module as it is: seconds by test, tests by line, modules that were imported."""

    code: int
    seconds: dict[str, float]
    reached: dict[int, set[str]]
    imported: list[str]

    def tests(self, lines: Iterable[int]) -> list[str]:
        """Return the tests that reach one of the lines, the fastest first."""
        reaching = set().union(*(self.reached.get(line, set()) for line in lines))
        chosen = self.seconds if _ALWAYS in reaching else reaching
        return sorted(chosen, key=lambda test: self.seconds.get(test, 0.0))


class _Watching:
    """A plugin of pytest that times the tests and sees which lines of one file each of them reaches."""

    def __init__(self, file: Path) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.reached: dict[int, set[str]] = defaultdict(set)
        self._file, self._test = str(file), _ALWAYS

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._test = item.nodeid
        yield
        self._test = _ALWAYS

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def trace(self, frame: FrameType, _event: str, _about: object) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename == self._file else None

    def _line(self, frame: FrameType, _event: str, _about: object) -> Callable[..., Any]:
        self.reached[frame.f_lineno].add(self._test)
        return self._line


class _Chosen:
    """A plugin of pytest that runs the given tests, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._places), key=lambda i: self._places[i.nodeid])


class _Mutated:
    """Finder and loader of one module, from a tree."""

    def __init__(self, name: str, file: Path, tree: ast.Module | None) -> None:
        self._name, self._file, self._tree = name, file, tree

    def find_spec(self, name: str, _path: object = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._file, loader=self)  # type: ignore[arg-type] # has what is used

    def create_module(self, _spec: ModuleSpec) -> None:
        if self._tree is None:
            raise ImportError(self._name)

    def exec_module(self, module: ModuleType) -> None:
        code: CodeType = compile(self._tree, str(self._file), "exec")  # type: ignore[arg-type] # create_module refused None
        exec(code, module.__dict__)  # noqa: S102 - how a loader runs a module


def watch(file: Path, tests: Sequence[str]) -> Baseline:
    """Run the tests in this process, which is of no use afterwards."""
    watching = _Watching(file)
    threading.settrace(watching.trace)
    sys.settrace(watching.trace)
    code = pytest.main([*_OPTIONS, *tests], plugins=[watching])
    sys.settrace(None)
    return Baseline(int(code), dict(watching.seconds), dict(watching.reached), list(sys.modules))


def preload(name: str, file: Path, imported: Sequence[str]) -> None:
    """Import what the tests import, except for the module, what imports it, the tests and parts of pytest."""
    blocker = _Mutated(name, file, None)
    sys.meta_path.insert(0, blocker)
    for each in imported:
        if not each.startswith(("tests", "test_", "conftest", "__")) and "pytest" not in each:
            try:
                __import__(each)
            except Exception:  # noqa: BLE001, S112 - what imports the module is left to each trial
                continue
    sys.meta_path.remove(blocker)
    sys.modules.pop(name, None)


def forked(work: Callable[[], int], seconds: float, log: Path) -> int | None:
    """Do work in a fork, its output in a log; return its exit code, None where it took longer than `seconds`."""
    child = os.fork()
    if not child:
        os.setsid()
        with log.open("wb") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        code = 70
        try:
            code = work()
        finally:
            os._exit(code)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def trial(name: str, file: Path, tree: ast.Module, files: Sequence[str], chosen: Sequence[str]) -> int:
    """Run the chosen tests on a tree in this process, which is of no use afterwards; 0 where all passed."""
    sys.meta_path.insert(0, _Mutated(name, file, tree))
    return int(pytest.main([*_OPTIONS, *files], plugins=[_Chosen(chosen)]))
