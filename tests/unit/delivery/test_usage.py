"""Questions to a stack about the users of a product."""

from datetime import UTC, datetime

from delivery.usage import requests_of
from monitoring.prometheus import Sample
from monitoring.users import Asked

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_requests_failures_and_times_are_asked_of_prometheus_and_put_together() -> None:
    class Answers:
        def query(self, expression: str, at: datetime) -> list[Sample]:
            assert at == NOW
            value = 0.05 if "quantile" in expression else 2 if "5.." in expression else 40
            return [Sample({"consumer": "rebooking", "api_version": "v1"}, value)]

    assert requests_of(Answers(), "flight-delays", NOW, 7) == {("rebooking", "v1"): Asked(40, 2, 0.05)}
