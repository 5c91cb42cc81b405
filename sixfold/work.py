"""The work on ML services and their platform: each piece with the right without which nobody can do it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from sixfold.roles import Area, Job, Role

Domain = Literal["data", "model", "service", "platform"]
# fmt: off
Task = Literal[
    "sources", "labels", "features",
    "training", "publishing", "metric", "reports",
    "traffic", "versions", "consumers", "alerts",
    "rules", "stacks", "rights",
]
# fmt: on


class Work(NamedTuple):
    """A piece of work: what it is about, in words, and the right without which nobody can do it.

    `area` is where on a cluster it can be watched. `path` is a path of the repository in which it is written down.
    """

    domain: Domain
    text: str
    area: "Area"
    path: str
    may: "Callable[[Role], bool]"
    needs: str


def _job(job: "Job") -> "tuple[Callable[[Role], bool], str]":
    return (lambda role: job in role.aws), f"`{job}` in `aws`"


def _reviews(path: str) -> "tuple[Callable[[Role], bool], str]":
    return (lambda role: path in role.reviews), f"{path} in `reviews`"


def _edits(area: "Area") -> "tuple[Callable[[Role], bool], str]":
    return (lambda role: role.cluster.get(area) == "edit"), f"`{area}: edit` in `cluster`"


def _watches(area: "Area") -> "tuple[Callable[[Role], bool], str]":
    return (lambda role: area in role.cluster), f"`{area}` in `cluster`"


_ROLLOUT = (lambda role: role.rollout), "`rollout: true`"
WORK: dict[Task, Work] = {
    "sources": Work(
        "data",
        "load the sources, check them, settle quarantined rows",
        "training",
        "/models/loading.py",
        *_job("ingest"),
    ),
    "labels": Work("data", "keep labels arriving, and correct them", "monitoring", "/models/lake.py", *_job("ingest")),
    "features": Work("data", "define features, and keep them fresh", "training", "/products/", *_job("training")),
    "training": Work("model", "train, compare and judge candidates", "training", "/models/", *_job("training")),
    "publishing": Work("model", "publish a candidate that the gate passes", "training", "/models/", *_job("publisher")),
    "metric": Work(
        "model", "choose metric, margins and regression cases", "monitoring", "/products/", *_reviews("/products/")
    ),
    "reports": Work("model", "triage reports of unexpected predictions", "monitoring", "/products/", *_job("triage")),
    "traffic": Work("service", "rollout, rollback, withdrawal", "serving", "/delivery/", *_ROLLOUT),
    "versions": Work(
        "service", "begin, deprecate and end API versions", "serving", "/serving/", *_reviews("/serving/")
    ),
    "consumers": Work("service", "keys, limits and profiles of consumers", "serving", "/products/", *_job("consumers")),
    "alerts": Work("service", "answer the alerts of a product", "monitoring", "/products/", *_watches("serving")),
    "rules": Work(
        "platform", "alert rules, dashboards, runbooks", "monitoring", "/monitoring/", *_reviews("/monitoring/")
    ),
    "stacks": Work("platform", "apply and upgrade stacks, restore after a loss", "serving", "*", *_edits("serving")),
    "rights": Work("platform", "roles, quotas, budgets, policies", "monitoring", "*", *_reviews("*")),
}
OF_THE_PLATFORM: frozenset[Domain] = frozenset({"platform"})
"""Domains for which no owner of a product is accountable, but the role that reviews all that nobody else does."""
