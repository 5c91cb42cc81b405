"""Metric filters of CloudWatch Logs."""

from typing import Any

from pulumi_sixfold.aws.logs import LogGroupHandler
from pulumi_sixfold.aws.logs_metric_filter import MetricFilterHandler
from tests.engine.conformance._case import GONE, Aws, Case

_METRIC = {"metricName": "errors", "metricNamespace": "Sixfold", "metricValue": "1", "unit": "Count"}


def _put(**more: Any) -> Any:
    """Return a drift: somebody writes the filter as it was at first, save what is given."""
    pattern = more.pop("filterPattern", "ERROR")

    def drift(aws: Aws, resource_id: str) -> None:
        group, _, name = resource_id.partition(":")
        metric = {**_METRIC, **more}
        aws("logs").put_metric_filter(
            logGroupName=group, filterName=name, filterPattern=pattern, metricTransformations=[metric]
        )

    return drift


def _delete(aws: Aws, resource_id: str) -> None:
    group, _, name = resource_id.partition(":")
    while aws("logs").describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]:
        aws("logs").delete_metric_filter(logGroupName=group, filterName=name)  # moto keeps what a put replaces


CASES = {
    "filtered": Case(LogGroupHandler, {"retention_days": 1}),
    "filtered_2": Case(LogGroupHandler, {"retention_days": 1}),
    "filter": Case(
        MetricFilterHandler,
        {
            "log_group": "@filtered.name",
            "pattern": "ERROR",
            "metric_name": "errors",
            "metric_namespace": "Sixfold",
            "unit": "Count",
        },
        changes=[
            {"pattern": "{ $.level = error }"},
            {"metric_value": "$.count"},
            {"default_value": 0},
            {"default_value": None, "dimensions": {"model": "$.model"}},
            {"unit": "Bytes"},
            {"metric_name": "faults"},
            {"metric_namespace": "Other"},
            {"log_group": "@filtered_2.name"},
            {"name": "by-hand"},
        ],
        drift={
            "pattern": _put(filterPattern="WARN"),
            "metric_name": _put(metricName="x"),
            "metric_namespace": _put(metricNamespace="x"),
            "metric_value": _put(metricValue="2"),
            "default_value": _put(defaultValue=5.0),
            "unit": _put(unit="Bytes"),
            "dimensions": _put(dimensions={"a": "$.a"}),
            GONE: _delete,
        },
    ),
}
