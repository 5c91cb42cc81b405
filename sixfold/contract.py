"""The product contract: the schema of `products/<name>/product.yaml`.

Written once per ML service; roles, alert rules, dashboards, release gates, routes and docs are derived from it.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from sixfold.consumers import Consumer
from sixfold.declared import Slug, Strict
from sixfold.elsewhere import folders
from sixfold.errors import SixfoldError
from sixfold.validation import explain, read_yaml
from sixfold.versions import ApiVersion

Fraction = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[float, Field(gt=0, le=100 * 365 * 24)]  # further back, a span has no first day
TaskName = Literal["binary", "multiclass", "regression"]
FEWEST_CLASSES = 3
"""Of a multiclass task."""


class Metric(Strict):
    """The metric that the data scientists chose, and how good is good enough. Margins are in units of the metric."""

    name: str
    """A metric of the task (`sixfold/tasks`), or a function in the product's own `metrics.py`."""
    direction: Literal["higher", "lower"]
    """Whether a higher or a lower value is better."""
    baseline_margin: float = Field(ge=0)
    """Gate: how much better than the naive baseline a candidate has to be."""
    release_margin: float = Field(ge=0)
    """Gate and rollout: how much worse than the live release a candidate may be."""
    live_threshold: float
    """`ModelMetricBreach` fires when the whole 95% interval of the live metric is beyond this value."""
    window_hours: Hours
    """Predictions of this many hours, rounded to whole days, count together in the live metric."""
    min_labels: int = Field(ge=1)
    """Below this number of labels the live metric and a rollout judge nothing."""
    min_coverage: Fraction
    """Share of the predictions due for a label that must have one; below it, nothing is judged."""
    label_delay_hours: Hours
    """Hours after a prediction at which its label is due."""
    slices: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Entities by whose values the live metric is measured too."""
    max_feature_drift: Annotated[float, Field(gt=0)] = 0.25
    """`FeatureDrift` fires above this population stability index of a feature against the release's training data."""
    max_prediction_drift: Annotated[float, Field(gt=0)] = 0.25
    """`PredictionDrift` fires above this population stability index of the scores against the test months."""
    max_skew: Fraction = 0
    """`TrainingServingSkew` fires above this share of predictions whose logged features the lake does not confirm."""

    @field_validator("slices")
    @classmethod
    def _come_once(cls, slices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(slices)) < len(slices):
            raise ValueError("an entity comes twice; name each once")
        return slices

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.direction == "higher" else -1


class Label(Strict):
    """Columns of the table `labels.<package>`; a later row for the same key corrects an earlier one."""

    key: str = "label_key"
    """Column with the key that the product's `label_key()` returns."""
    known_at: str = "known_at"
    """Column with the moment at which the label became known."""
    value: str = "label"
    """Column with the label itself."""


class FeedbackRules(Strict):
    """Which consumers may send labels, and whether a label of theirs outweighs the label table."""

    model_config = ConfigDict(serialize_by_alias=True)

    tellers: tuple[Slug, ...] | None = Field(default=None, alias="from")
    """Consumers whose labels count, of their own predictions alone; left out, all consumers. `[]`: none."""
    overrides_labels: bool = False
    """Where feedback and label table both know: true, the later word counts; false, the label table."""
    max_reports_per_day: int = Field(default=10, ge=1)
    """`UnexpectedPredictions` fires when a consumer sends more reports in a day, or more predictions with one value of
    a slice are reported."""


class Log(Strict):
    """The prediction log: retention and personal data."""

    retention_days: int = Field(default=400, ge=1, le=100 * 365)
    """Days after which rows of the log are deleted."""
    personal: tuple[str, ...] = ()
    """Columns of the log, features or entities that are about a person."""


class Objective(Strict):
    """The service level objective, over 30 days."""

    availability: Annotated[float, Field(gt=0, lt=1)]
    """Share of requests that must not fail with 5xx."""
    latency_ms: Annotated[float, Field(gt=0)]
    """Milliseconds within which `latency_quantile` of the requests must be answered."""
    latency_quantile: Annotated[float, Field(gt=0, lt=1)] = 0.99
    """Share of requests that must be answered within `latency_ms`."""


class Limits(Strict):
    """Limits on the age of features and on bad rows, beyond which the owner is notified."""

    feature_freshness_hours: Hours
    """`FeaturesStale` fires when the newest online features are older."""
    max_feature_age_minutes: Annotated[float, Field(ge=0)] = 10
    """While the online store is away, a release answers from rows that it read before, for so many minutes."""
    quarantine_rate: Fraction
    """`QuarantineRateHigh` fires when a larger share of a table's rows broke the data contract."""


class Product(Strict):
    """The contract of one ML service: the content of `products/<package>/product.yaml`."""

    name: Slug
    """Name in URLs, metrics and resource names. The folder has the same name with `_` for `-`."""
    title: str
    """Name for people."""
    task: TaskName
    """What is predicted: yes or no, one of `classes`, or a number."""
    classes: tuple[str, ...] = ()
    """Names of the classes of a multiclass task, in the order of the scores; a label is one of them."""
    description: str
    """The question that the service answers, in one sentence."""
    owner: Slug
    """Team that owns the service: label `team` of its alerts, and reviewer of its folder."""
    on_call: str
    """Address of the people on call."""
    consumers: tuple[Consumer, ...] = Field(min_length=1)
    """Known callers."""
    anonymous: tuple[Slug, ...] = ()
    """Stacks on which calls without a key are answered, as consumer `unknown`. Elsewhere such a call gets 401."""
    metric: Metric
    """How the model is judged: by the gate, in a rollout and live."""
    label: Label = Label()
    """Where the truth arrives."""
    feedback: FeedbackRules = FeedbackRules()
    """Which consumers may add to it."""
    log: Log = Log()
    """How long predictions are kept."""
    slo: Objective
    """What consumers are promised."""
    limits: Limits
    """How old features and how dirty data may be."""
    example: dict[str, JsonValue]
    """A request row that works: used by the API docs, the portal and `sixfold predict`."""
    api_versions: dict[Annotated[str, Field(pattern=r"^v[1-9][0-9]*$")], ApiVersion] = Field(min_length=1)
    """API versions by name: `v1`, `v2`, …"""

    @field_validator("name")
    @classmethod
    def _is_no_feedback(cls, name: str) -> str:
        if name.startswith("feedback-"):
            raise ValueError(f"a table with the feedback of {name.removeprefix('feedback-')} would have this name")
        return name

    @model_validator(mode="after")
    def _has_its_classes(self) -> Self:
        several = self.task == "multiclass"
        if several and len(set(self.classes)) != max(len(self.classes), FEWEST_CLASSES):
            raise ValueError("classes: name three or more, each once; for two of them the task is `binary`")
        if self.classes and not several:
            raise ValueError(f"classes: a {self.task} task has none; leave them out")
        return self

    @model_validator(mode="after")
    def _hears_only_its_consumers(self) -> Self:
        known = [consumer.name for consumer in self.consumers]
        twice = sorted({name for name in known if known.count(name) > 1})
        if twice:
            raise ValueError(f"consumers: {', '.join(twice)} comes twice; give each consumer a name of its own")
        strange = [name for name in self.feedback.tellers or () if name not in known]
        if strange:
            raise ValueError(
                f"feedback.from: {', '.join(strange)} is no consumer; write one of {', '.join(known)}, or `[]` for none"
            )
        shares = sum(consumer.label_share for consumer in self.consumers)
        if len(known) > 1 and shares < 1:
            raise ValueError(
                f"consumers: label_share adds up to {shares:g}, so that no rollout could be judged; let it be 1 or more"
            )
        return self

    @property
    def tellers(self) -> frozenset[str]:
        """The consumers whose feedback counts as labels."""
        told = self.feedback.tellers
        return frozenset(consumer.name for consumer in self.consumers) if told is None else frozenset(told)

    @property
    def package(self) -> str:
        """The Python package that holds the product's own code, below `products`."""
        return package_of(self.name)

    @property
    def label_table(self) -> str:
        """The table of the lake with the product's labels."""
        return f"labels.{self.package}"


def package_of(name: str) -> str:
    """Return the Python package of the product with that name."""
    return name.replace("-", "_")


def load_product(path: Path) -> Product:
    """Read one product.yaml.

    Raises:
        SixfoldError: it is not valid; the message names each key and what to write instead.

    """
    try:
        return Product.model_validate(read_yaml(path, remedy="correct it; an editor may be saving it"))
    except ValidationError as error:
        raise SixfoldError(
            f"{path} is not a valid product contract: {explain(error, Product)}",
            remedy="correct these keys; sixfold/contract.py describes each",
        ) from error


def load_products(root: Path) -> dict[str, Product]:
    """Read every `*/product.yaml` below `root` and the folders that it names (`sixfold.elsewhere`), by product name.

    Raises:
        SixfoldError: one is not valid, does not live in the folder of its name, or another has the same name.

    """
    products: dict[str, Product] = {}
    for path in sorted(path for folder in folders(root) for path in folder.glob("*/product.yaml")):
        product = load_product(path)
        if product.package != path.parent.name:
            raise SixfoldError(
                f"{path} declares the product {product.name!r} in the folder {path.parent.name!r}",
                remedy=f"rename the folder to {product.package!r}",
            )
        if product.name in products:
            raise SixfoldError(
                f"{path} declares the product {product.name!r}, which another folder declares too",
                remedy="rename one of them, folder and `name`",
            )
        products[product.name] = product
    return products
