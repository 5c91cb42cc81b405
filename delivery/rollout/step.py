"""`sixfold rollout`: one step of a release on its way to all of the traffic, and back where it is worse.

The state of a rollout is in the stack file and the ledger alone, so that one that was killed goes on with the next
step. Whoever calls `step` again and again, a person, CI or a pod, drives the rollout.
"""

from datetime import datetime
from typing import NamedTuple

from delivery.rollout import evidence
from delivery.rollout.decision import STEPS, Judgement, Verdict, judge
from delivery.traffic import Traffic
from monitoring.prometheus import Prometheus
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import BY_ROLLOUT, ended
from sixfold.registry.ledger import Decision
from sixfold.release import SHORT
from sixfold.stack import Pin


class State(NamedTuple):
    """The state of a rollout: the release to be replaced, and the candidate's share, None before it began."""

    replaced: str
    weight: int | None


def step(
    traffic: Traffic,
    prometheus: Prometheus,
    product: Product,
    version: str,
    candidate: str,
    as_of: datetime | None = None,
) -> Judgement:
    """Evaluate a rollout once, take its next step if the judgement allows that, and return the judgement.

    Args:
        traffic: the stack's; the step changes it.
        prometheus: the stack's.
        product: its contract.
        version: the API version that the candidate is to answer.
        candidate: the whole digest of a published release.
        as_of: the moment of whose knowledge it is judged, for a replay; None: the product's now.

    Raises:
        SixfoldError: another rollout is under way, no release can be replaced, a step could not be applied, or a
            verdict has ended this candidate.

    """
    pins = _pins(traffic, product.name, version)
    if traffic.now(product.name).get(version, ()) != pins:
        traffic.report.say("the stack file was changed and not applied; applying it")
        verdict = "go on" if candidate in {pin.release for pin in pins} else Verdict.ROLL_BACK
        decision = Decision(by=BY_ROLLOUT, verdict=verdict, reason="the step before was interrupted")
        traffic.change(product.name, {version: pins}, decision)
    if [pin.release for pin in pins] == [candidate]:
        return Judgement(Verdict.PROMOTE, "the candidate answers all of the traffic")
    state = state_of(pins, candidate, f"{product.name} {version}")
    if state.weight is None:
        _require_not_ended(traffic, product.name, candidate)
        judgement, onto = Judgement(Verdict.PROMOTE, "it begins, and answers nobody yet"), STEPS[0]
    else:
        onto = next(share for share in STEPS if share > state.weight)
        since = traffic.record_what_is_live(product.name).at
        stage = evidence.Stage(version, state.replaced, candidate, since, as_of)
        seen = evidence.gather(traffic.stack.platform, prometheus, product, stage)
        judgement = judge(product, seen, onto)
    if judgement.verdict is not Verdict.HOLD:
        decision = Decision(
            by=BY_ROLLOUT, verdict=judgement.verdict, reason=judgement.reason, numbers=judgement.numbers
        )
        traffic.change(product.name, {version: shares(state.replaced, candidate, judgement, onto)}, decision)
    if judgement.verdict is Verdict.ROLL_BACK:
        traffic.keep_features(product)
    return judgement


def _require_not_ended(traffic: Traffic, product: str, candidate: str) -> None:
    """Do nothing where no verdict has taken the candidate back: whoever repeats the command must not begin it anew."""
    decision = ended(traffic.ledger.entries(product)).get(candidate)
    if decision:
        raise SixfoldError(
            f"a rollout took release {candidate[:SHORT]} of {product} back: {decision.reason}",
            remedy="publish another release; if that verdict was wrong, pin this one with weight 0 and `sixfold up`",
        )


def state_of(pins: tuple[Pin, ...], candidate: str, name: str) -> State:
    """Return the state of a rollout by the pins of its API version.

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
    if others[0][:SHORT] == candidate[:SHORT]:  # requests are counted by these digits
        raise SixfoldError(
            f"the candidate and the release that it replaces both begin with {candidate[:SHORT]}: metrics mix them up",
            remedy="publish the candidate again with any change",
        )
    return State(others[0], next((pin.weight for pin in pins if pin.release == candidate), None))


def shares(replaced: str, candidate: str, judgement: Judgement, onto: int) -> tuple[Pin, ...]:
    """Return the weights of both releases after a judgement to promote or to roll back."""
    if judgement.verdict is Verdict.ROLL_BACK:
        return (Pin(release=replaced),)
    if onto == STEPS[-1]:
        return (Pin(release=candidate),)
    return Pin(release=replaced, weight=100 - onto), Pin(release=candidate, weight=onto)


def _pins(traffic: Traffic, product: str, version: str) -> tuple[Pin, ...]:
    served = traffic.stack.settings().products.get(product, {}).get(version)
    return served.releases if served else ()
