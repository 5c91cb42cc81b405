"""`make demo`: a good release makes its way to all of the traffic; a broken one is caught on late labels.

The live release is what `train` leaves. The good one is trained with half its learning rate. The broken one is the same
model, which the gate finds as good as the live one, and rightly: what is wrong is its serving code, which hands it
delays in hours where it learned minutes.

Each look judges as of the moment that the demo's own replay has reached. Other traffic of the stack, predictions of now
and replays of other dates, before or meanwhile, decides nothing: it moves the product's now, and that is not asked.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from delivery import lifecycle
from delivery.package import ROOT
from delivery.replay import Reached, Span, replay
from delivery.rollout.decision import Judgement, Verdict
from delivery.rollout.step import step
from delivery.traffic import Traffic
from models.candidate import Candidate
from models.training.train import refit
from monitoring.prometheus import Prometheus
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import ended
from sixfold.registry.ledger import Decision
from sixfold.release import SHORT
from sixfold.stack import Pin

PRODUCT, VERSION = "flight-delays", "v1"
SPAN = Span(product=PRODUCT, version=VERSION, since=datetime(2013, 10, 1, 4, tzinfo=UTC),
            until=datetime(2013, 11, 15, 5, tzinfo=UTC))  # fmt: skip
LOOK_EVERY = 10  # hours with flights, of which a day has about twenty
_RIGHT = "**online,"
_WRONG = '**{name: value and value / (60 if "_delay_" in name else 1) for name, value in online.items()},'


BY = "demo"
_WANTED = {
    "good": (Verdict.PROMOTE, "never got through"),
    "broken": (Verdict.ROLL_BACK, "was not taken back"),
}
"""Of each release the verdict that its rollout has to end with, and how to say that it did not."""


class Look(NamedTuple):
    """One evaluation of a rollout: the moment of the replay, the candidate, its share of the traffic, the judgement.

    `finished`: the rollout ended with it.
    """

    at: datetime
    release: str
    weight: int
    judgement: Judgement
    finished: bool


def run(traffic: Traffic, prometheus: Prometheus, product: Product) -> list[Look]:
    """Show both outcomes, draw the figures to `picture`, and return all evaluations.

    Where the good release does not get through, the broken one is not tried: `require_outcomes` says why.
    """
    report, looks = traffic.report, list[Look]()
    with report.stage("three releases: one that is live, a good one, a broken one"):
        base, good, broken = _releases(traffic, product)
        decision = Decision(by=BY, verdict="release", reason="start")
        traffic.change(PRODUCT, {VERSION: (Pin(release=base),)}, decision)
    flights = replay(traffic.stack.outputs, product, SPAN, speed=1e9)
    try:
        for name, release in (("good", good), ("broken", broken)):
            with report.stage(f"the {name} release {release[:SHORT]} on its way"):
                looks += _roll_out(traffic, prometheus, product, release, flights)
            if not _answers_alone(traffic, good):
                break
    finally:
        flights.close()
    draw(looks, product.metric.release_margin, picture(traffic.stack.project.home))
    return looks


def picture(home: Path) -> Path:
    """Return the path of the demo's picture."""
    return home / "demo.png"


def require_outcomes(looks: list[Look]) -> None:
    """Do nothing where the good release went live step by step and the broken one was taken back.

    Raises:
        SixfoldError: one of them did not; the message says what was last said of it, and what answers now.

    """
    rollouts = [list(some) for _, some in groupby(looks, key=lambda look: look.release)]
    for number, (name, (verdict, otherwise)) in enumerate(_WANTED.items()):
        own = rollouts[number] if number < len(rollouts) else []
        last = own[-1] if own else None
        if last is None or (last.judgement.verdict, last.finished) != (verdict, True):
            said = f"{last.at:%Y-%m-%d %H:%M}, {last.judgement.reason}" if last else "there is none"
            raise SixfoldError(
                f"the {name} release {otherwise}, and the demo ends here; the last of its {len(own)} looks: {said}",
                remedy="the table above has the numbers of each look; the release that was live before answers again",
            )


def _releases(traffic: Traffic, product: Product) -> tuple[str, str, str]:
    project, outputs, report = traffic.stack.project, traffic.stack.outputs, traffic.report
    first = lifecycle.train(outputs.platform, product, project.candidate(PRODUCT), report)
    folder = project.candidate("demo")
    change = {
        "learning_rate": float(first.record.params["learning_rate"]) / 2,
        "rounds": 2 * int(first.record.params["rounds"]),
    }
    if not (folder / "candidate.json").exists() or Candidate(folder).record.content != first.record.content:
        refit(outputs.platform, product, first, folder, change)
    live = lifecycle.live_bento(outputs, traffic.registry, PRODUCT, traffic.report)

    def publish(candidate: Candidate, code: Path = ROOT) -> str:
        return lifecycle.publish(candidate, product, traffic.registry, live, report, code)

    return publish(first), publish(Candidate(folder)), publish(first, _broken_code(project.candidate("broken")))


def _broken_code(folder: Path) -> Path:
    """Return a project whose serving code takes minutes for hours."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("sixfold", "serving", "models", "products"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "elsewhere.yaml"))
    shutil.copy(ROOT / "requirements.lock", folder)
    predictor = folder / "serving" / "predictor.py"
    code = predictor.read_text()
    if code.count(_RIGHT) != 1:
        raise SixfoldError(f"{predictor} has no place for the fault", remedy="bring delivery/demo.py in step with it")
    predictor.write_text(code.replace(_RIGHT, _WRONG))
    return folder


def _roll_out(
    traffic: Traffic, prometheus: Prometheus, product: Product, release: str, flights: Iterator[Reached]
) -> Iterator[Look]:
    """Replay and take steps in turn, until the rollout has come to an end, or with the replay: then it is undone."""
    before = traffic.now(PRODUCT)[VERSION]
    if release in ended(traffic.ledger.entries(PRODUCT)):  # a demo before this one showed that it is taken back
        begins = Decision(by=BY, verdict="release", reason="the demo shows it again")
        traffic.change(PRODUCT, {VERSION: (*before, Pin(release=release, weight=0))}, begins)
    else:
        traffic.report.say(step(traffic, prometheus, product, VERSION, release).reason)
    for hour, reached in enumerate(flights, 1):
        if hour % LOOK_EVERY:
            continue
        judgement = step(traffic, prometheus, product, VERSION, release, reached.at)
        pins = traffic.now(PRODUCT)[VERSION]
        weight = next((pin.weight for pin in pins if pin.release == release), 0)
        look = Look(reached.at, release, weight, judgement, finished=len(pins) == 1)
        traffic.report.say(f"{look.at:%d %b %H:%M}  {judgement.verdict}: {judgement.reason}")
        yield look
        if look.finished:
            return
    traffic.report.say("the replay has ended, and the rollout has not: what was live before answers again")
    decision = Decision(by=BY, verdict="release", reason="the replay ended before the rollout")
    traffic.change(PRODUCT, {VERSION: before}, decision)


def _answers_alone(traffic: Traffic, release: str) -> bool:
    return traffic.now(PRODUCT)[VERSION] == (Pin(release=release),)


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
