"""The real sources of the pages: the lake, the registry, the ledger, Prometheus, the contracts, and received alerts."""

import json
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.candidate import Record as Training
from monitoring import contracts
from monitoring.exporter import LakeFacts
from monitoring.portal.board import USE_DAYS, Card, Readers
from monitoring.portal.texts import texts_of
from monitoring.prometheus import AtAddress
from monitoring.report import Report
from monitoring.reports import Reports
from monitoring.usage import Use, usage
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.registry.bucket import Bucket
from sixfold.registry.ledger import Ledger
from sixfold.registry.releases import Registry

ALERTS = "alerts.jsonl"
"""The file of the alert inbox in the home of a stack on one machine."""
_REPORTS, _ALERTS = 100, 200


class Remembered(Bucket):
    """A bucket whose objects are read once: none of them ever changes."""

    def __init__(self, platform: PlatformRefs) -> None:
        super().__init__(platform)
        self._bodies: dict[str, bytes] = {}
        self.s3.meta  # noqa: B018 - the client is made now: boto3 makes none in two threads at once

    def read(self, key: str, about: str) -> bytes | None:
        """Return the bytes of an object, None if it does not exist."""
        if key not in self._bodies:
            body = super().read(key, about)
            if body is None:
                return None
            self._bodies[key] = body
        return self._bodies[key]


def of_stack(platform: PlatformRefs, home: Path, prometheus: str) -> Readers:
    """Return the sources of a stack.

    Args:
        platform: where the lake and the registry are.
        home: the folder with the copies of the releases, and on one machine with the received alerts.
        prometheus: the address of Prometheus, with the login where it asks for one.

    """
    bucket, lake = Remembered(platform), LakeFacts(platform)
    ledger, registry = Ledger(platform, home, bucket), Registry(platform, home, bucket)

    def use(product: Product) -> list[Use]:
        return usage(platform, product, datetime.now(UTC) - timedelta(days=USE_DAYS))

    def reports(product: Product) -> list[Report]:
        return Reports(platform, product, home).newest(_REPORTS)

    def card(product: str, digest: str) -> Card:
        return read_card(registry.fetch(product, digest) / "src")

    return Readers(
        contracts=contracts.of_the_stack,
        ledger=lambda product: ledger.entries(product.name),
        records=lambda product: registry.records(product.name),
        card=card,
        tables=lake.facts,
        prometheus=AtAddress(prometheus),
        use=use,
        reports=reports,
        texts=texts_of,
        received=lambda: received(home / ALERTS),
    )


def read_card(source: Path) -> Card:
    """Return the card of a release from the `src` folder of its bento."""
    try:
        training = Training.model_validate_json((source / "candidate.json").read_bytes())
    except (OSError, ValidationError):  # of a version of ours that wrote another one
        training = None
    interface = source / "interface.json"
    return Card(training, json.loads(interface.read_bytes()) if interface.is_file() else None)


def received(file: Path) -> list[dict[str, Any]]:
    """Return the last alerts in the file of the alert inbox, oldest first; none where there is no inbox."""
    if not file.exists():
        return []
    with file.open() as lines:
        return [json.loads(line) for line in deque(lines, _ALERTS) if line.strip()]
