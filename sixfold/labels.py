"""The state of labels: one rule says when a metric can be trusted, for the rollout and for live evaluation."""

from enum import StrEnum

from sixfold.contract import Metric


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
