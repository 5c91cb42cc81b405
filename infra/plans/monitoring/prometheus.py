"""Prometheus' configuration. Keys: https://prometheus.io/docs/prometheus/latest/configuration/configuration/."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from infra.plans.monitoring.scraping import CLAIMED, OF_A_RELEASE_ONLY, TRUSTED
from sixfold.declared import Strict
from sixfold.errors import SixfoldError

RELEASES = "serving"
"""The scrape job of the releases."""


class Target(Strict):
    """One process to scrape: what it is (`job`), where (`address` is host:port) and the labels of all its series.

    `login` has username and password, where the process asks for them; it is that of the whole job.
    """

    job: str
    address: str
    path: str = "/metrics"
    labels: Mapping[str, str] = Field(default_factory=dict)
    login: Mapping[str, str] | None = None


def prometheus_config(
    *,
    stack: str,
    targets: Sequence[Target],
    rule_file: str,
    alertmanager: Mapping[str, Any] | None = None,
    interval_s: int = 5,
) -> dict[str, Any]:
    """Return the configuration.

    Args:
        stack: an external label of every alert, so that one Alertmanager can serve several stacks.
        targets: what is scraped.
        rule_file: the file of `rules.prometheus_rules`, absolute or relative to the configuration.
        alertmanager: where it is, and the login that it asks for: an entry of `alerting.alertmanagers`.
        interval_s: seconds between scrapes, and between evaluations of the rules.

    Raises:
        SixfoldError: two targets of a job have the same address and path.

    """
    return {
        "global": {
            "scrape_interval": f"{interval_s}s",
            "scrape_timeout": f"{interval_s}s",
            "evaluation_interval": f"{interval_s}s",
            "external_labels": {"stack": stack},
        },
        "rule_files": [rule_file],
        "alerting": {"alertmanagers": [dict(alertmanager)] if alertmanager else []},
        "scrape_configs": [_job(job, targets) for job in sorted({target.job for target in targets})],
    }


def _trust(job: str) -> dict[str, Any]:
    if job in TRUSTED:
        return {"honor_labels": True}
    believed = [
        {"source_labels": ["__name__"], "regex": OF_A_RELEASE_ONLY, "action": "keep"},
        {"regex": CLAIMED, "action": "labeldrop"},
    ]
    of_releases = {"honor_timestamps": False, "metric_relabel_configs": believed}
    return {"honor_labels": False, **(of_releases if job == RELEASES else {})}


def _job(job: str, targets: Sequence[Target]) -> dict[str, Any]:
    mine = [target for target in targets if target.job == job]
    places = [f"{target.address}{target.path}" for target in mine]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise SixfoldError(
            f"the scrape job {job!r} has the target {twice[0]} twice", remedy="name each process only once"
        )
    return {
        "job_name": job,
        **_trust(job),
        "static_configs": [
            {"targets": [target.address], "labels": {**target.labels, "__metrics_path__": target.path}}
            for target in mine
        ],
        **({"basic_auth": dict(mine[0].login)} if mine[0].login else {}),
    }
