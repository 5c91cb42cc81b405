"""A network on which a fifth of the calls meets with a fault."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults._proxy import Answer, Call, Meddler, NoAnswerError

_SHARE = 0.2
PATIENCE_S = 3
"""Seconds that the plugin waits for an answer here; by itself it waits 60."""


@dataclass
class Weather(Meddler):
    """Does something to a share of the calls, the same calls for the same seed and order."""

    fault: Callable[[Call, Answer | None], Answer]
    draw: random.Random
    hit: list[Call] = field(default_factory=list)

    def before(self, call: Call) -> Answer | None:
        if self.draw.random() < _SHARE:
            self.hit.append(call)
            return self.fault(call, None) if self.fault is throttled else None
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        return self.fault(call, answer) if call in self.hit else answer


def throttled(call: Call, _: Answer | None) -> Answer:
    """AWS refuses for now, in the form of the service's protocol."""
    code = {"ec2": "RequestLimitExceeded", "s3": "SlowDown"}.get(call.service, "ThrottlingException")
    return refusal(call, 503 if call.service in ("ec2", "s3") else 400, code, "Rate exceeded")


def expired(call: Call) -> Answer:
    """Return AWS's refusal of credentials whose time is over, in the form of the service's protocol."""
    code = {"ec2": "RequestExpired", "dynamodb": "ExpiredTokenException"}.get(call.service, "ExpiredToken")
    return refusal(call, 400 if call.service == "ec2" else 403, code, "The security token included is expired")


def failed(call: Call, _: Answer | None) -> Answer:
    """AWS fails after it has done what was asked, which nothing in the answer tells."""
    return refusal(call, 500, "InternalError", "We encountered an internal error. Please try again.")


def silent(call: Call, _: Answer | None) -> Answer:
    """The request is heard, and nothing comes before the patience of the plugin ends."""
    time.sleep(PATIENCE_S + 1)
    raise NoAnswerError(str(call))


def slow(_: Call, answer: Answer | None) -> Answer:
    """The answer takes its time."""
    assert answer is not None
    time.sleep(1)
    return answer


def half(_: Call, answer: Answer | None) -> Answer:
    """The connection ends in the middle of the answer."""
    assert answer is not None
    kept = answer.body[: len(answer.body) // 2]
    return Answer(answer.status, answer.headers, kept, len(answer.body) - len(kept) or 1)


def lost(call: Call, _: Answer | None) -> Answer:
    """The request is heard, and the connection ends before the answer."""
    raise NoAnswerError(str(call))


def refusal(call: Call, status: int, code: str, message: str) -> Answer:
    """Return an error in the form of the service's protocol."""
    if call.service == "ec2":
        text = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
    elif call.service == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    elif call.service in ("iam", "sns", "sts"):
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        text = f"<ErrorResponse>{error}</ErrorResponse>"
    else:
        text = f'{{"__type": "{code}", "message": "{message}"}}'
    return Answer(status, {"x-amzn-errortype": code} if call.service == "eks" else {}, text.encode())
