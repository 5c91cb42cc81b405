"""Where a run is killed: every point there is, and a sample of them."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

PHASES = ("up", "update", "destroy")
SIDES = ("before", "after")
VICTIMS = ("engine", "plugin", "both")


@dataclass(frozen=True)
class Point:
    """A kill -9 in a phase of a program, on one side of an AWS call.

    Attributes:
        program: name of the program.
        phase: what runs: an up, an update, a destroy.
        side: before the call reaches AWS, or after AWS has answered and before the plugin knows.
        victim: who is killed.
        where: the call, as the part of the phase's calls that come before it: 0 is the first, just under 1 the last.

    """

    program: str
    phase: str
    side: str
    victim: str
    where: float

    def call(self, calls: int) -> int:
        """Return the number of the call, of so many that an undisturbed run makes."""
        return 1 + int(self.where * calls)

    def __str__(self) -> str:
        return f"{self.program}, {self.phase}: {self.victim} killed {self.side} {self.where:.0%} of the calls"


def sample(programs: list[str], count: int, seed: int) -> list[Point]:
    """Return points spread over programs, phases, sides and victims; each is within reach of the one before it."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    ways = list(product(SIDES, VICTIMS))
    points: list[Point] = []
    while len(points) < count:
        program = programs[len(points) // len(PHASES) % len(programs)]
        for phase in PHASES:
            side, victim = ways.pop(draw.randrange(len(ways)))
            ways = ways or list(product(SIDES, VICTIMS))
            points.append(Point(program, phase, side, victim, draw.random()))
    return points[:count]


def every(calls: Mapping[tuple[str, str], int], step: int = 1) -> Iterator[Point]:
    """Yield the points at every `step`-th call, given (program, phase) → how many calls it makes."""
    for program in dict.fromkeys(program for program, _ in calls):
        longest = max(calls[program, phase] for phase in PHASES)
        for number, side, victim in product(range(0, longest, step), SIDES, VICTIMS):
            for phase in PHASES:
                count = calls[program, phase]
                if number < count:
                    yield Point(program, phase, side, victim, _middle(number + 1, count))


def tried(points: Iterable[Point], calls: Mapping[tuple[str, str], int]) -> set[Point]:
    """Return points as `every` would yield them: the run that tried them may have counted a call more or less."""
    counts = [(point, calls.get((point.program, point.phase))) for point in points]
    return {replace(point, where=_middle(point.call(count), count)) for point, count in counts if count}


def _middle(call: int, calls: int) -> float:
    """Return the index of the middle of a call, the inverse of `Point.call`."""
    return (call - 0.5) / calls
