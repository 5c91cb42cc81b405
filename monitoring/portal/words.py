"""Numbers, spans and moments as people read them. Moments are UTC, and say so."""

from datetime import UTC, datetime, timedelta
from math import isfinite

_STEPS = (("d", 86_400), ("h", 3600), ("min", 60))
_MEGA = 1e6


def number(value: float | None, unit: str = "") -> str:
    """Return a number in a unit: `%` (of a share), `ms` (of seconds), `MB` (of bytes), or none."""
    if value is None or not isfinite(value):
        return "not known"
    match unit:
        case "%":
            return f"{value * 100:.3g} %" if abs(value) < 1 else f"{value * 100:.0f} %"
        case "ms":
            return f"{value * 1000:,.3g} ms" if value < 1 else f"{value:,.2f} s"
        case "MB":
            return f"{value / _MEGA:,.0f} MB"
    if value == round(value) and abs(value) < 1e15:  # noqa: PLR2004 - beyond it, digits are made up
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004 - three digits before the point


def span(seconds: float | None) -> str:
    """Return a span of time in its largest unit."""
    if seconds is None or not isfinite(seconds):
        return "not known"
    for unit, length in _STEPS:
        if abs(seconds) >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def moment(at: datetime | None) -> str:
    """Return a moment to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "never"


def ago(at: datetime | None, now: datetime) -> str:
    """Return a moment as the time since."""
    if at is None:
        return "never"
    gap: timedelta = now - at
    return f"{span(gap.total_seconds())} ago" if gap.total_seconds() >= 0 else f"in {span(-gap.total_seconds())}"
