"""`sixfold rollout`: a release on its way to all of the traffic, step by step, and back where it is worse.

Where a rollout stands is in the stack file and the ledger alone, so one that was killed goes on with the next call.
"""

from typing import NamedTuple

from delivery import lifecycle as model
from delivery import traffic as live
from delivery.reporter import say
from delivery.rollout import evidence
from delivery.rollout.decision import (
    STEPS,
    Judgement,
    Requests,
    Verdict,
    judge,
)
from delivery.workspace import Workspace
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision
from sixfold.release import SHORT
from sixfold.stack import Pin, read

BY = "rollout"


class Standing(NamedTuple):
    """Where a rollout stands: the release to be replaced, and the candidate's share, None before it began."""

    replaced: str
    weight: int | None


def turn(work: Workspace, product: str, version: str, candidate: str) -> Judgement:
    """Take a rollout one step on, if that is right by now, and say what was decided.

    Args:
        work: where.
        product: its name.
        version: the API version that the candidate is to answer.
        candidate: the whole digest of a published release.

    Raises:
        SixfoldError: another rollout is under way, nothing is there to be replaced, or a step could not be applied.

    """
    pins = _pins(work, product, version)
    if live.now(work, product).get(version, ()) != pins:
        say("what the stack file says is not live yet; applying it")
        live.change(work, product, {version: pins}, Decision(by=BY, verdict="go on", reason="it was interrupted"))
    if [pin.release for pin in pins] == [candidate]:
        return Judgement(Verdict.PROMOTE, "it answers all of the traffic", {})
    at = standing(pins, candidate, f"{product} {version}")
    if at.weight is None:
        judgement, onto = Judgement(Verdict.PROMOTE, "it begins, and answers nobody yet", {}), STEPS[0]
        pins = shares(at.replaced, candidate, judgement, onto)
        live.change(work, product, {version: pins}, _decision(judgement))
        return judgement
    onto = next(step for step in STEPS if step > at.weight)
    judgement = _judge(work, product, version, at.replaced, candidate, onto)
    if judgement.verdict is not Verdict.HOLD:
        pins = shares(at.replaced, candidate, judgement, onto)
        live.change(work, product, {version: pins}, _decision(judgement))
    if judgement.verdict is Verdict.ROLL_BACK:
        model.keep_features(work, product)
    return judgement


def standing(pins: tuple[Pin, ...], candidate: str, name: str) -> Standing:
    """Say where a rollout stands by the pins of its API version.

    Raises:
        SixfoldError: there is no release to be replaced, or more than one.

    """
    others = [pin.release for pin in pins if pin.release != candidate]
    if len(others) != 1:
        names = ", ".join(digest[:SHORT] for digest in others) or "none"
        raise SixfoldError(
            f"a rollout replaces one release, and {name} has {names} besides the candidate",
            remedy="finish the other rollout, or settle it with `sixfold release`",
        )
    return Standing(others[0], next((pin.weight for pin in pins if pin.release == candidate), None))


def _judge(work: Workspace, product: str, version: str, replaced: str, candidate: str, onto: int) -> Judgement:
    contract = work.product(product)
    began = live.entry(work, product).at
    found = evidence.requests(work, contract, version, began)
    old, new = (found.get(release[:SHORT], Requests()) for release in (replaced, candidate))
    return judge(contract, evidence.quality(work, contract, replaced, candidate), old, new, onto)


def shares(replaced: str, candidate: str, judgement: Judgement, onto: int) -> tuple[Pin, ...]:
    """Return who answers how much after a judgement that moves something."""
    if judgement.verdict is Verdict.ROLL_BACK:
        return (Pin(release=replaced),)
    if onto == STEPS[-1]:
        return (Pin(release=candidate),)
    return Pin(release=replaced, weight=100 - onto), Pin(release=candidate, weight=onto)


def _decision(judgement: Judgement) -> Decision:
    return Decision(by=BY, verdict=judgement.verdict, reason=judgement.reason, numbers=judgement.numbers)


def _pins(work: Workspace, product: str, version: str) -> tuple[Pin, ...]:
    traffic = read(work.stack_file).products.get(product, {}).get(version)
    return traffic.releases if traffic else ()
