"""Labels: which a product's task has, and when they are enough to trust a metric, for rollout and live evaluation."""

import math
from enum import StrEnum

from sixfold.contract import Metric, Product


class Labels(StrEnum):
    """The state of the labels of some predictions."""

    FEW = "few"
    LOW_COVERAGE = "low coverage"
    ENOUGH = "enough"

    @classmethod
    def of(cls, metric: Metric, *, labelled: int, coverage: float) -> "Labels":
        """Return the state, as the contract counts labels.

        Args:
            metric: its `min_labels` and `min_coverage` are the limits.
            labelled: how many predictions have a label.
            coverage: the share of the predictions that are due which have one; nan where none is due.

        """
        if labelled < metric.min_labels:
            return cls.FEW
        return cls.ENOUGH if coverage >= metric.min_coverage else cls.LOW_COVERAGE


def number_of(product: Product, label: float | str) -> float:
    """Return a label that a consumer sent as the number that the feedback table has; a class as its place.

    Raises:
        ValueError: the task has no such label; the message says which it has.

    """
    match product.task:
        case "multiclass" if label in product.classes:
            return float(product.classes.index(str(label)))
        case "multiclass":
            raise ValueError(f"label is none of the classes: send one of {', '.join(product.classes)}")
        case "binary" if label in (0, 1):
            return float(label)
        case "binary":
            raise ValueError("label is neither yes nor no: send 1 or 0")
        case _ if isinstance(label, str) or not math.isfinite(label):
            raise ValueError("label is no finite number: send one, in the unit of the prediction")
        case _:
            return float(label)
