"""Alerts on what all products of a stack share: the lake as a whole, the disk of one machine, and alerting itself."""

from infra.plans.monitoring.rule import Rule, alert
from sixfold.metric_names import DISK_FREE, LAKE_REFRESHED, TABLE_ROWS

WATCHDOG = "Watchdog"
"""The alert that always fires: the inbox says when it last came, and its silence that alerts reach nobody."""
_READ_WITHIN_S = 300
_UNREAD_S = 90  # the exporter reads every 15 s
_GIB = 1 << 30
_LEAST_FREE, _SOON_BELOW = 2 * _GIB, 20 * _GIB
_AHEAD_S = 4 * 3600


def platform_rules() -> list[Rule]:
    """Return the alerts. Only the exporter of one machine measures a disk: pods have none of the stack's own."""
    return [
        alert(
            "LakeEmpty",
            f'{LAKE_REFRESHED} > time() - {_READ_WITHIN_S} unless on () {TABLE_ROWS}{{layer="curated"}} '
            'and on () up{product!=""}',
            "page",
            "The lake has no tables, and releases serve",
            "The lake answers and has no curated table: a local AWS was restarted and has forgotten all, or somebody "
            "deleted the tables. Predictions are made without online features.",
            wait="1m",
        ),
        alert(
            "PlatformTargetDown",
            f"time() - {LAKE_REFRESHED} > {_UNREAD_S}",
            "page",
            "The lake does not answer",
            "The exporter has not read the lake for {{ $value | humanizeDuration }}: AWS, on one machine its stand-in, "
            "does not answer. Predictions are made without online features, and wait for the log in memory.",
            wait="1m",
            job="lake",
        ),
        alert(
            "DiskFillsUp",
            f"{DISK_FREE} < {_LEAST_FREE} or ({DISK_FREE} < {_SOON_BELOW} and "
            f"predict_linear({DISK_FREE}[1h], {_AHEAD_S}) < 0)",
            "page",
            "The disk of this machine is full soon",
            "{{ $value | humanize1024 }}B are free. Without any, Prometheus writes nothing, and no alert comes.",
            wait="5m",
        ),
    ]


def always_fires() -> Rule:
    """Return the alert that always fires."""
    return alert(WATCHDOG, "vector(1)", "ticket", "Alerts are delivered", "It always fires; its silence is the alarm.")
