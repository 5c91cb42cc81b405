"""Runs points on several stands at once."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests._parts import worker
from tests._projects import find_engine, projects
from tests.conftest import serve_moto
from tests.faults._points import PHASES, Point
from tests.faults._proxy import proxied
from tests.faults._stand import Stand, Truth

_STANDS = 4 if worker()[1] == 1 else 2  # each waits a third of its time; on two cores, with nobody else or with others


@dataclass(frozen=True)
class Outcome:
    """Outcome of a point: the killed call (empty: it never came) and the fault (empty: the point was survived)."""

    point: Point
    call: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.point}, {self.call}"


class Campaign:
    """Stands, and what each phase of a program comes to when nothing disturbs it."""

    def __init__(self, stands: Iterable[Stand]) -> None:
        self._free: SimpleQueue[Stand] = SimpleQueue()
        for stand in stands:
            self._free.put(stand)
        self._pool = ThreadPoolExecutor(self._free.qsize())
        self._truths: dict[str, Future[dict[str, Truth]]] = {}

    def truths(self, programs: Iterable[str]) -> dict[str, dict[str, Truth]]:
        """Return the undisturbed results of programs, each run once."""
        self._measure(programs)
        return {program: future.result() for program, future in self._truths.items()}

    def run(self, points: Iterable[Point]) -> Iterator[Outcome]:
        """Yield the outcomes of points as they arrive."""
        chains: list[list[Point]] = []
        for point in points:
            if not chains or point.phase == PHASES[0]:
                chains.append([])
            chains[-1].append(point)
        self._measure(point.program for chain in chains for point in chain)
        for done in as_completed([self._pool.submit(self._in_turn, chain) for chain in chains]):
            yield from done.result()

    def close(self) -> None:
        """Drop what has not begun, and wait for the rest."""
        self._pool.shutdown(cancel_futures=True)

    def _measure(self, programs: Iterable[str]) -> None:
        for program in programs:
            if program not in self._truths:
                self._truths[program] = self._pool.submit(self._measured, program)

    def _measured(self, program: str) -> dict[str, Truth]:
        stand = self._free.get()
        try:
            return stand.truths(program)
        finally:
            self._free.put(stand)

    def _in_turn(self, chain: list[Point]) -> list[Outcome]:
        """Run points that each start from where the one before it ends."""
        truths = {point: self._truths[point.program].result()[point.phase] for point in chain}
        stand = self._free.get()
        try:
            return [Outcome(point, *stand.survives(point, truths[point])) for point in chain]
        finally:
            self._free.put(stand)


@contextmanager
def campaign(folder: Path) -> Iterator[Campaign]:
    """A campaign whose stands keep their files in a folder."""
    with ExitStack() as opened:
        stands = [opened.enter_context(one_stand(folder / f"stand{number}")) for number in range(_STANDS)]
        running = Campaign(stands)
        opened.callback(running.close)
        yield running


@contextmanager
def one_stand(folder: Path) -> Iterator[Stand]:
    """A stand that keeps its files in a folder, which is made."""
    folder.mkdir(parents=True)
    with serve_moto(folder) as moto, proxied(moto) as proxy, projects(find_engine(), folder) as make:
        yield Stand(make(""), proxy, moto)
