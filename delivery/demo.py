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

from matplotlib.figure import Figure

from delivery import lifecycle
from delivery.package import ROOT
from delivery.replay import Reached, Span, replay
from delivery.rollout.decision import Judgement
from delivery.rollout.prometheus import Prometheus
from delivery.rollout.step import step
from delivery.served import describe
from delivery.traffic import Traffic
from models.candidate import Candidate
from models.training.train import refit
from sixfold.contract import Product
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
    """One evaluation of a rollout: the moment of the replay, the candidate, its share of the traffic, the judgement."""

    at: datetime
    release: str
    weight: int
    judgement: Judgement


def run(traffic: Traffic, prometheus: Prometheus, product: Product) -> list[Look]:
    """Show both outcomes, draw the figures to `picture`, and return all evaluations.

    Raises:
        SixfoldError: an outcome is not the one that was to be shown.

    """
    report, looks = traffic.report, list[Look]()
    with report.stage("three releases: one that is live, a good one, a broken one"):
        base, good, broken = _releases(traffic, product)
        decision = Decision(by="demo", verdict="release", reason="start")
        traffic.change(PRODUCT, {VERSION: (Pin(release=base),)}, decision)
    flights = replay(traffic.stack.outputs, product, SPAN, speed=1e9)
    try:
        for name, release in (("good", good), ("broken", broken)):
            with report.stage(f"the {name} release {release[:SHORT]} on its way"):
                looks += _roll_out(traffic, prometheus, product, release, flights)
    finally:
        flights.close()
    draw(looks, product.metric.release_margin, picture(traffic.stack.project.home))
    return looks


def picture(home: Path) -> Path:
    """Return the path of the demo's picture."""
    return home / "demo.png"


def require_good(traffic: Traffic, looks: list[Look]) -> None:
    """Do nothing where the good release answers everything.

    Raises:
        SixfoldError: it does not.

    """
    good, answering = looks[0].release, traffic.now(PRODUCT)[VERSION]
    if answering != (Pin(release=good),):
        raise SixfoldError(
            f"the good release should answer everything now, and {describe({VERSION: answering})} does",
            remedy="the table above says at which look the other verdict was reached, and on which numbers",
        )


def _releases(traffic: Traffic, product: Product) -> tuple[str, str, str]:
    project, outputs, report = traffic.stack.project, traffic.stack.outputs, traffic.report
    first = lifecycle.train(outputs.platform, product, project.candidate(PRODUCT), report)
    folder = project.candidate("demo")
    change = {"learning_rate": float(first.record.params["learning_rate"]) / 2, "rounds": 2 * first.record.rounds}
    if not (folder / "candidate.json").exists() or Candidate(folder).record.content != first.record.content:
        refit(outputs.platform, product, first, folder, change)
    live = lifecycle.live_bento(outputs, traffic.registry, PRODUCT)

    def publish(candidate: Candidate, code: Path = ROOT) -> str:
        return lifecycle.publish(candidate, product, traffic.registry, live, report, code)

    return publish(first), publish(Candidate(folder)), publish(first, _broken_code(project.candidate("broken")))


def _broken_code(folder: Path) -> Path:
    """Return a project whose serving code takes minutes for hours."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("sixfold", "serving", "models", "products"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", folder)
    lookup = folder / "serving" / "lookup.py"
    code = lookup.read_text()
    if code.count(_RIGHT) != 1:
        raise SixfoldError(f"{lookup} has no place for the fault", remedy="bring delivery/demo.py in step with it")
    lookup.write_text(code.replace(_RIGHT, _WRONG))
    return folder


def _roll_out(
    traffic: Traffic, prometheus: Prometheus, product: Product, release: str, flights: Iterator[Reached]
) -> Iterator[Look]:
    """Replay and take steps in turn, until the rollout has come to an end."""
    traffic.report.say(step(traffic, prometheus, product, VERSION, release).reason)
    for hour, reached in enumerate(flights, 1):
        if hour % LOOK_EVERY:
            continue
        judgement = step(traffic, prometheus, product, VERSION, release)
        pins = traffic.now(PRODUCT)[VERSION]
        weight = next((pin.weight for pin in pins if pin.release == release), 0)
        look = Look(reached.at, release, weight, judgement)
        traffic.report.say(f"{look.at:%d %b %H:%M}  {judgement.verdict}: {judgement.reason}")
        yield look
        if len(pins) == 1:
            return


def draw(looks: list[Look], margin: float, path: Path) -> None:
    """Draw the candidate's gain between its bounds, and its share of the traffic, over the time of the replay."""
    figure = Figure(figsize=(10, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    for colour, release in zip(("tab:green", "tab:red"), dict.fromkeys(look.release for look in looks), strict=False):
        own = [look for look in looks if look.release == release]
        bounded = [look for look in own if look.judgement.numbers.gain_low is not None]
        at, numbers = [look.at for look in bounded], [look.judgement.numbers for look in bounded]
        above.plot(at, [each.gain for each in numbers], color=colour, marker="o", label=release[:SHORT])
        low, high = [each.gain_low for each in numbers], [each.gain_high for each in numbers]
        above.fill_between(at, low, high, color=colour, alpha=0.2)
        below.step([look.at for look in own], [look.weight for look in own], color=colour, where="post")
    above.axhline(-margin, color="black", linestyle="--", label="release margin")
    above.set(ylabel="gain in the metric, with bounds", title="candidate against live release, on the same requests")
    above.set_ylim(-0.12, 0.06)
    above.legend()
    below.set(ylabel="% of traffic", ylim=(-5, 105))
    figure.savefig(path, dpi=120)
