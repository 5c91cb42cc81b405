"""`make demo`: a good release makes its way to all of the traffic; a broken one is caught on late labels.

The live release is what `train` leaves. The good one is trained with half its learning rate. The broken one is the same
model, which the gate finds as good as the live one, and rightly: what is wrong is its serving code, which hands it
delays in hours where it learned minutes.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from delivery import lifecycle as model
from delivery import traffic as live
from delivery.replay import Reached, Span, replay
from delivery.reporter import Stages, console, say
from delivery.rollout import step as rollout
from delivery.rollout.decision import Judgement
from delivery.workspace import Workspace
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision
from sixfold.release import SHORT
from sixfold.stack import Pin

PRODUCT, VERSION = "flight-delays", "v1"
SPAN = Span(product=PRODUCT, version=VERSION, since=datetime(2013, 10, 1, 4, tzinfo=UTC),
            until=datetime(2013, 11, 15, 5, tzinfo=UTC))  # fmt: skip
LOOK_EVERY = 10  # hours with flights, of which a day has about twenty
_RIGHT = "return {name: float(value) for name, value"
_WRONG = 'return {name: float(value) / (60 if "_delay_" in name else 1) for name, value'


class Look(NamedTuple):
    """One look at a rollout: when in the past, of which release, its share of the traffic, and what was found."""

    at: datetime
    release: str
    weight: int
    judgement: Judgement


def run(work: Workspace) -> list[Look]:
    """Show both outcomes, print and draw the figures, and return all looks.

    Raises:
        SixfoldError: an outcome is not the one that was to be shown.

    """
    stages, looks = Stages(), list[Look]()
    with stages.stage("three releases: one that is live, a good one, a broken one"):
        base, good, broken = _releases(work)
        live.change(
            work, PRODUCT, {VERSION: (Pin(release=base),)}, Decision(by="demo", verdict="release", reason="start")
        )
    flights = replay(work, SPAN, speed=1e9)
    try:
        for name, release in (("good", good), ("broken", broken)):
            with stages.stage(f"the {name} release {release[:SHORT]} on its way"):
                looks += _roll_out(work, release, flights)
    finally:
        flights.close()
    draw(looks, work.product(PRODUCT).metric.release_margin, work.home / "demo.png")
    console.print(_table(looks), live.table(work.ledger.entries(PRODUCT)), stages.table())
    console.print(f"drawn: {work.home / 'demo.png'}")
    answering = live.now(work, PRODUCT)[VERSION]
    if answering != (Pin(release=good),):
        raise SixfoldError(
            f"the good release should answer everything now, and {live.describe({VERSION: answering})} does",
            remedy="the table above says at which look the other verdict was reached, and on which numbers",
        )
    return looks


def _releases(work: Workspace) -> tuple[str, str, str]:
    from models.candidate import Candidate  # noqa: PLC0415 - as in delivery.lifecycle
    from models.training.train import refit  # noqa: PLC0415 - the same

    first = model.train(work, PRODUCT)
    folder = work.home / "candidates" / "demo"
    params = first.record.params
    change = {"learning_rate": float(params["learning_rate"]) / 2, "rounds": 2 * first.record.rounds}
    if not (folder / "candidate.json").exists() or Candidate(folder).record.content != first.record.content:
        refit(work.platform, work.product(PRODUCT), first, folder, change)
    base, good = model.publish(work, PRODUCT), model.publish(work, PRODUCT, folder)
    return base, good, model.publish(work, PRODUCT, code=_broken_code(work.home / "candidates" / "broken"))


def _broken_code(folder: Path) -> Path:
    """Return a project whose serving code takes minutes for hours."""
    from delivery.package import ROOT  # noqa: PLC0415 - as in delivery.lifecycle

    shutil.rmtree(folder, ignore_errors=True)
    for name in ("sixfold", "serving", "models"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", folder)
    lookup = folder / "serving" / "lookup.py"
    code = lookup.read_text()
    if code.count(_RIGHT) != 1:
        raise SixfoldError(f"{lookup} has no place for the fault", remedy="bring delivery/demo.py in step with it")
    lookup.write_text(code.replace(_RIGHT, _WRONG))
    return folder


def _roll_out(work: Workspace, release: str, flights: Iterator[Reached]) -> Iterator[Look]:
    """Replay and look in turn, until the rollout has come to an end."""
    say(rollout.turn(work, PRODUCT, VERSION, release).reason)
    for hour, reached in enumerate(flights, 1):
        if hour % LOOK_EVERY:
            continue
        judgement = rollout.turn(work, PRODUCT, VERSION, release)
        pins = live.now(work, PRODUCT)[VERSION]
        weight = next((pin.weight for pin in pins if pin.release == release), 0)
        look = Look(reached.at, release, weight, judgement)
        say(f"{look.at:%d %b %H:%M}  {judgement.verdict}: {judgement.reason}")
        yield look
        if len(pins) == 1:
            return


def draw(looks: list[Look], margin: float, path: Path) -> None:
    """Draw the candidate's gain between its bounds, and its share of the traffic, over the time of the replay."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second that the other commands need not wait

    figure = Figure(figsize=(10, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    for colour, release in zip(("tab:green", "tab:red"), dict.fromkeys(look.release for look in looks), strict=False):
        own = [look for look in looks if look.release == release]
        known = [(look.at, look.judgement.numbers) for look in own if "gain_low" in look.judgement.numbers]
        at = [moment for moment, _ in known]
        gain, low, high = ([numbers[name] for _, numbers in known] for name in ("gain", "gain_low", "gain_high"))
        above.plot(at, gain, color=colour, marker="o", label=release[:SHORT])
        above.fill_between(at, low, high, color=colour, alpha=0.2)
        below.step([look.at for look in own], [look.weight for look in own], color=colour, where="post")
    above.axhline(-margin, color="black", linestyle="--", label="release margin")
    above.set(ylabel="gain in the metric, with bounds", title="candidate against live release, on the same requests")
    above.set_ylim(-0.12, 0.06)
    above.legend()
    below.set(ylabel="% of traffic", ylim=(-5, 105))
    figure.savefig(path, dpi=120)


def _table(looks: list[Look]) -> Table:
    table = Table("replayed to (UTC)", "release", "share", "labels", "gain", "low", "high", "verdict", box=None)
    for look in looks:
        numbers = look.judgement.numbers
        figures = (f"{numbers[name]:+.4f}" if name in numbers else "" for name in ("gain", "gain_low", "gain_high"))
        when, labels = f"{look.at:%Y-%m-%d %H:%M}", f"{numbers.get('labelled', 0):,.0f}"
        table.add_row(when, look.release[:SHORT], f"{look.weight}%", labels, *figures, look.judgement.verdict)
    return table
