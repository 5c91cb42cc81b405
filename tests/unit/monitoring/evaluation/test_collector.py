from datetime import UTC, datetime

import polars as pl
import pytest
from polars.exceptions import PanicException
from prometheus_client import CollectorRegistry

from monitoring.evaluation.collector import EvaluationCollector, Found
from monitoring.evaluation.run import Evaluation
from monitoring.evaluation.skew import Skew
from sixfold.contract import Product

RELEASES = ("a" * 12, "b" * 12)


def test_the_skew_of_each_release_is_a_series_of_its_own(product: Product) -> None:
    registry, collector = CollectorRegistry(), EvaluationCollector()
    registry.register(collector)
    live, canary = (
        Skew(api_version="v1", release=release, rows=9, differing=differing, unanswered=0)
        for release, differing in zip(RELEASES, (0, 9), strict=True)
    )
    nothing = Evaluation(product, datetime(2013, 10, 1, tzinfo=UTC), [], pl.DataFrame(), {}, ())
    collector.refresh(product.name, lambda: Found(nothing, [], [live, canary]))
    whose = [{"product": product.name, "api_version": "v1", "release": release} for release in RELEASES]
    assert [registry.get_sample_value("sixfold_skew_differing_rows", each) for each in whose] == [0, 9]


@pytest.mark.parametrize("error", [ValueError("multi_class"), PanicException("index out of bounds")])
def test_an_evaluation_that_raises_leaves_the_last_findings_and_is_counted(
    error: BaseException, product: Product
) -> None:
    registry, collector = CollectorRegistry(), EvaluationCollector()
    registry.register(collector)
    nothing = Evaluation(product, datetime(2013, 10, 1, tzinfo=UTC), [], pl.DataFrame(), {"label_invalid": 3}, ())
    collector.refresh(product.name, lambda: Found(nothing, [], []))

    def fail() -> Found:
        raise error

    collector.refresh(product.name, fail)
    about = {"product": product.name}
    assert registry.get_sample_value("sixfold_evaluation_failures", about) == 1
    assert registry.get_sample_value("sixfold_label_oddities", about | {"kind": "label_invalid"}) == 3
