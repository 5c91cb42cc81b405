"""The product contract: what `products/<name>/product.yaml` may say.

Written once per ML service; roles, alert rules, dashboards, release gates, routes and docs are derived from it.
"""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from sixfold.errors import SixfoldError
from sixfold.validation import explain

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=30)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[float, Field(gt=0)]


class Strict(BaseModel):
    """Unknown keys are refused and values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Consumer(Strict):
    """Somebody who calls the service; sent by them as the `X-Consumer` header."""

    name: Slug
    purpose: str


class Metric(Strict):
    """The figure that the data scientists chose, and how good is good enough.

    `name` is a key of `sixfold.metrics.METRICS`, or a function in the product's own `metrics.py`. The gate asks for
    `baseline_margin` above the naive baseline, and for no more than `release_margin` below the release now live, both
    in units of the metric. Live, the metric is that of the last `window_hours`; it means something from `min_labels`
    labels on, and where `min_coverage` of the predictions older than `label_delay_hours` have theirs. It is watched as
    a whole and by each of `slices`, which are names of entities. `max_feature_drift` and `max_prediction_drift` are the
    population stability index, over the window and against the release's own training, above which somebody is told;
    `max_skew` is the share of predictions whose features the lake does not confirm.
    """

    name: str
    direction: Literal["higher", "lower"]
    baseline_margin: float = Field(ge=0)
    release_margin: float = Field(ge=0)
    live_threshold: float
    window_hours: Hours
    min_labels: int = Field(ge=1)
    min_coverage: Fraction
    label_delay_hours: Hours
    slices: tuple[str, ...] = ()
    max_feature_drift: Annotated[float, Field(gt=0)] = 0.25
    max_prediction_drift: Annotated[float, Field(gt=0)] = 0.25
    max_skew: Fraction = 0

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.direction == "higher" else -1


class Label(Strict):
    """Where the truth arrives: columns of the table `labels.<package>`.

    A row says that `value` was known for `key` from `known_at` on; a later row for the same key corrects it.
    """

    key: str = "label_key"
    known_at: str = "known_at"
    value: str = "label"


class Log(Strict):
    """How long predictions are kept, and which columns of their log (or features, entities) are about a person."""

    retention_days: int = Field(default=400, ge=1)
    personal: tuple[str, ...] = ()


class Objective(Strict):
    """The service level objective, over 30 days."""

    availability: Annotated[float, Field(gt=0, lt=1)]
    latency_ms: Annotated[float, Field(gt=0)]
    latency_quantile: Annotated[float, Field(gt=0, lt=1)] = 0.99


class Limits(Strict):
    """How stale the features, and how dirty the data, may be before somebody is told."""

    feature_freshness_hours: Hours
    quarantine_rate: Fraction


class Status(StrEnum):
    """Where an API version is in its life."""

    LIVE = "live"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class ApiVersion(Strict):
    """A contract with consumers; many releases serve one API version over its life."""

    since: date
    deprecated: date | None = None
    sunset: date | None = None

    def status(self, today: date) -> Status:
        """Return where this version stands on a day."""
        if self.sunset and today >= self.sunset:
            return Status.RETIRED
        if self.deprecated and today >= self.deprecated:
            return Status.DEPRECATED
        return Status.LIVE


class Product(Strict):
    """One ML service. `example` is a request row that works, for the docs, the portal and a first try."""

    name: Slug
    title: str
    description: str
    owner: Slug
    on_call: str
    consumers: tuple[Consumer, ...] = Field(min_length=1)
    metric: Metric
    label: Label = Label()
    log: Log = Log()
    slo: Objective
    limits: Limits
    example: dict[str, JsonValue]
    api_versions: dict[Annotated[str, Field(pattern=r"^v[1-9][0-9]*$")], ApiVersion] = Field(min_length=1)

    @property
    def package(self) -> str:
        """The Python package that holds the product's own code, below `products`."""
        return self.name.replace("-", "_")


def load_product(path: Path) -> Product:
    """Read one product.yaml.

    Raises:
        SixfoldError: it is not valid; the message names each key and what to write instead.

    """
    try:
        return Product.model_validate(yaml.safe_load(path.read_text()))
    except ValidationError as error:
        raise SixfoldError(
            f"{path} is not a valid product contract: {explain(error, Product)}",
            remedy="correct these keys; sixfold/contract.py describes each",
        ) from error


def load_products(root: Path) -> dict[str, Product]:
    """Read every `<root>/*/product.yaml`, by product name.

    Raises:
        SixfoldError: one is not valid, or does not live in the folder of its name.

    """
    products = {}
    for path in sorted(root.glob("*/product.yaml")):
        product = load_product(path)
        if product.package != path.parent.name:
            raise SixfoldError(
                f"{path} declares the product {product.name!r} in the folder {path.parent.name!r}",
                remedy=f"rename the folder to {product.package!r}",
            )
        products[product.name] = product
    return products
