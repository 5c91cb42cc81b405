"""Provenance of a release: the in-toto statement that is signed for it, with its record. Without I/O.

Formats: https://in-toto.io/Statement/v1 and https://slsa.dev/spec/v1.0/provenance. The digest of a release is
in-toto's `dirHash` of its bento.
"""

import json
import re
from typing import Any

from sixfold.release import Record

KIND = "application/vnd.in-toto+json"
"""The media type of the statement in its envelope."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


def statement(record: Record, stack: str) -> bytes:
    """Return the statement that a stack published a release, from what it was made, and its record."""
    origin = {"product": record.product, "training_key": record.training_key, "feature_hash": record.feature_hash}
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": f"{record.product}/bento", "digest": {"dirHash": record.digest}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:sixfold:publish:v1",
                "externalParameters": origin,
                "internalParameters": {"record": record.model_dump(mode="json")},
                "resolvedDependencies": _materials(record),
            },
            "runDetails": {
                "builder": {"id": f"urn:sixfold:stack:{stack}"},
                "metadata": {"finishedOn": record.created.isoformat()},
            },
        },
    }
    return json.dumps(said, indent=2).encode()


def record_in(payload: bytes) -> bytes:
    """Return the JSON of the record in a statement; empty where it has none."""
    try:
        found = json.loads(payload)["predicate"]["buildDefinition"]["internalParameters"]["record"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return b""
    return json.dumps(found).encode()


def _materials(record: Record) -> list[dict[str, Any]]:
    tables = [{"name": table, "annotations": {"snapshot": str(at)}} for table, at in sorted(record.snapshots.items())]
    commit = _COMMIT.match(record.git_commit)  # one with changes that are not committed has a mark behind it
    source = {"name": "source", "digest": {"gitCommit": commit[0]}} if commit else {"name": "source"}
    return [
        source | {"annotations": {"described": record.git_commit}},
        {"name": "requirements.lock", "digest": {"sha256": record.lock_hash}},
        *tables,
    ]
