"""The consumers of a product, as its contract declares them: who calls, what for, how much, and what it may ask."""

from typing import Annotated

from pydantic import Field, field_validator

from sixfold.declared import Slug, Strict

UNKNOWN, PLATFORM = "unknown", "sixfold"
"""Whose a call is that carries no key, and one of the platform's own programs."""
NO_CONSUMERS = frozenset({UNKNOWN, PLATFORM})


class CallLimits(Strict):
    """Limits of a consumer at one process of a release; beyond them the answer is 429."""

    requests_per_second: Annotated[float, Field(gt=0)] | None = None
    """Requests a second on average, of which two seconds' may come at once; left out, any number."""
    rows_in_flight: Annotated[int, Field(ge=1)] | None = None
    """Rows of requests that are not answered yet; left out, as many as the process takes."""


class Consumer(Strict):
    """A caller of the service, who has keys of its own (`sixfold consumer add`)."""

    name: Slug
    """Name in the log, in metrics and in figures. A call without a key counts as `unknown`, one of the platform's own
    programs as `sixfold`; neither name can be a consumer's."""
    purpose: str
    """Use of the predictions; shown in the portal and the API docs."""
    label_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Rollout: at most this share of the labels may be the feedback of this consumer. Where there are other consumers,
    at most this share of the compared predictions may be its own. At 1 its word is trusted like the label table."""
    limits: CallLimits = CallLimits()
    """What it may ask of a release at once."""
    contact: str = ""
    """Address of its people: who is told before an API version ends."""
    requests_per_day: Annotated[float, Field(gt=0)] | None = None
    """Requests that it expects to make in a day. `ConsumerLoadHigh` fires at ten times as many."""
    fields: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Fields of rows and predictions that matter to it; left out, all of them. A change that breaks one names it."""

    @field_validator("name")
    @classmethod
    def _is_nobody_elses(cls, name: str) -> str:
        if name in NO_CONSUMERS:
            raise ValueError(f"{name!r} stands for calls that are no consumer's; choose another name")
        return name
