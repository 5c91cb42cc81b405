"""Line charts as figures of an SVG, with a text alternative. Pure: series in, numbers out; `chart.html` draws them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from monitoring.portal.words import number

Point = tuple[float, float]
WIDTH, HEIGHT = 640, 150
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 8, 22
_COLOURS = 6
_TICKS = 5


class Line(NamedTuple):
    """One series of a chart: pairs of seconds since 1970 and a value."""

    name: str
    points: Sequence[Point]


class Chart(NamedTuple):
    """A chart, ready to be drawn.

    `paths` are (colour, name, path), `bands` (colour, path), `ticks` and `moments` pairs of a coordinate and its text.
    `limit` is the height of the line of the limit, None without one. `says` is the text alternative.
    """

    title: str
    paths: list[tuple[int, str, str]]
    bands: list[tuple[int, str]]
    ticks: list[tuple[float, str]]
    moments: list[tuple[float, str]]
    limit: float | None
    limit_name: str
    says: str


def chart(
    title: str,
    lines: Sequence[Line],
    *,
    gap_s: float,
    bands: Sequence[tuple[Line, Line]] = (),
    limit: tuple[str, float] | None = None,
    unit: str = "",
    zero: bool = False,
) -> Chart | None:
    """Return a chart of some lines; None where there is no point to draw.

    Args:
        title: what is measured.
        lines: the series.
        gap_s: points further apart than so many seconds are not joined.
        bands: lower and upper bounds, drawn behind the line at the same place.
        limit: name and value of a line across.
        unit: of the values, for `words.number`.
        zero: whether the scale begins at 0.

    """
    drawn = [line for line in lines if line.points]
    if not drawn:
        return None
    bounds = [point for pair in bands for line in pair for point in line.points]
    moments = [moment for line in drawn for moment, _ in line.points]
    values = [value for line in drawn for _, value in line.points] + [value for _, value in bounds]
    values += [limit[1]] if limit else []
    scale = _Scale(min(moments), max(moments), 0.0 if zero else min(values), max(values))
    return Chart(
        title,
        [(n % _COLOURS, line.name, scale.path(line.points, gap_s)) for n, line in enumerate(drawn)],
        [(n % _COLOURS, scale.band(low, high)) for n, (low, high) in enumerate(bands) if low.points],
        [(scale.y(value), number(float(f"{value:.3g}"), unit)) for value in scale.ticks()],
        list(scale.moments()),
        scale.y(limit[1]) if limit else None,
        f"{limit[0]} {number(limit[1], unit)}" if limit else "",
        _said(title, drawn, limit, unit),
    )


class _Scale:
    """Maps moments and values to the coordinates of the drawing."""

    def __init__(self, since: float, until: float, low: float, high: float) -> None:
        pad = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
        self.since, self.until = since, max(until, since + 60)
        self.low, self.high = (low if low == 0 else low - pad), high + pad

    def x(self, moment: float) -> float:
        share = (moment - self.since) / (self.until - self.since)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def path(self, points: Sequence[Point], gap_s: float) -> str:
        """Return the path of a line, broken at gaps; a point alone becomes a short dash, which can be seen."""
        parts, last = [], float("-inf")
        for moment, value in points:
            start = moment - last > gap_s
            parts.append(f"{'M' if start else 'L'}{self.x(moment)} {self.y(value)}" + ("h1" if start else ""))
            last = moment
        return "".join(parts)

    def band(self, low: Line, high: Line) -> str:
        there = [f"{self.x(moment)} {self.y(value)}" for moment, value in low.points]
        back = [f"{self.x(moment)} {self.y(value)}" for moment, value in reversed(high.points)]
        return f"M{'L'.join(there + back)}Z"

    def ticks(self) -> Iterator[float]:
        yield from (self.low + share * (self.high - self.low) for share in (0.0, 0.5, 1.0))

    def moments(self) -> Iterator[tuple[float, str]]:
        long = self.until - self.since > 36 * 3600
        for n in range(_TICKS):
            moment = self.since + (self.until - self.since) * n / (_TICKS - 1)
            yield self.x(moment), f"{datetime.fromtimestamp(moment, UTC):{'%d %b' if long else '%H:%M'}}"


def _said(title: str, lines: Iterable[Line], limit: tuple[str, float] | None, unit: str) -> str:
    parts = []
    for line in lines:
        values = [value for _, value in line.points]
        span = f"between {number(min(values), unit)} and {number(max(values), unit)}"
        parts.append(f"{line.name}: {number(values[-1], unit)} now, {span}")
    return f"{title}. {'; '.join(parts)}." + (f" {limit[0]}: {number(limit[1], unit)}." if limit else "")
