"""The objects of the stand-in's S3 in its file: every version as it is, so that dates and versions come back too."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend, s3_backends

TABLE = """
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key TEXT, version TEXT, facts TEXT NOT NULL, content BLOB, PRIMARY KEY (bucket, key, version)
)
"""
_GIVEN = (  # to the constructor of a key
    *("encryption", "kms_key_id", "bucket_key_enabled", "lock_mode", "lock_legal_status", "lock_until"),
    *("checksum_value", "checksum_type", "checksum_parts"),
)
_SET = ("checksum_algorithm", "website_redirect_location")  # afterwards


def keep(db: sqlite3.Connection, bucket: str, keys: Iterable[str]) -> None:
    """Make the versions of keys in the file those that S3 has."""
    for key in keys:
        _keep(db, bucket, key)


def _keep(db: sqlite3.Connection, bucket: str, key: str) -> None:
    held = _s3().buckets.get(bucket)
    versions = {each.version_id: each for each in (held.keys.getlist(key, []) if held else [])}
    query = "SELECT version, facts FROM objects WHERE bucket = ? AND key = ?"
    kept = dict(db.execute(query, (bucket, key)).fetchall())
    gone = [(bucket, key, version) for version in kept if version not in versions]
    db.executemany("DELETE FROM objects WHERE bucket = ? AND key = ? AND version = ?", gone)
    for version, each in versions.items():
        facts = json.dumps(_facts(each))
        if kept.get(version) != facts:
            content = each.value if isinstance(each, FakeKey) else None
            row = (bucket, key, version, facts, content)
            db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)", row)


def restore(db: sqlite3.Connection) -> None:
    """Give S3 the objects of its buckets. Forgets what the lifecycle rules of a bucket no longer keep."""
    for name, bucket in _s3().buckets.items():
        for version in _expired(db, bucket):
            db.execute("DELETE FROM objects WHERE bucket = ? AND key = ? AND version = ?", (name, *version))
        rows = db.execute("SELECT key, version, facts, content FROM objects WHERE bucket = ?", (name,))
        keys: dict[str, list[FakeKey | FakeDeleteMarker]] = {}
        for key, version, facts, content in rows:
            keys.setdefault(key, []).append(_version(bucket, key, version, json.loads(facts), content))
        for key, versions in keys.items():
            bucket.keys.setlist(key, sorted(versions, key=lambda each: each.last_modified))


def _s3() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def _facts(version: FakeKey | FakeDeleteMarker) -> dict[str, Any]:
    modified = version.last_modified.isoformat()
    if isinstance(version, FakeDeleteMarker):
        return {"modified": modified, "deleted": True}
    return {
        "modified": modified,
        "etag": version.etag.strip('"'),
        "storage": version.storage_class,
        "metadata": dict(version.metadata),
        "tags": _s3().tagger.get_tag_dict_for_resource(version.arn),
    } | {name: value for name in (*_GIVEN, *_SET) if (value := getattr(version, name)) is not None}


def _version(
    bucket: FakeBucket, name: str, version: str, facts: dict[str, Any], content: bytes | None
) -> FakeKey | FakeDeleteMarker:
    key = FakeKey(
        name,
        content or b"",
        DEFAULT_ACCOUNT_ID,
        bucket.region_name,
        storage=facts.get("storage"),
        etag=facts.get("etag"),
        is_versioned=version != "null",
        version_id=version,
        bucket_name=bucket.name,
        **{each: facts.get(each) for each in _GIVEN},
    )
    if facts.get("deleted"):
        marker = FakeDeleteMarker(key)
        vars(marker).update(_version_id=version, last_modified=datetime.fromisoformat(facts["modified"]))
        return marker
    vars(key).update({each: facts.get(each) for each in _SET}, last_modified=datetime.fromisoformat(facts["modified"]))
    key.set_metadata(facts["metadata"], replace=True)
    if facts["tags"]:
        tagger = _s3().tagger
        tagger.tag_resource(key.arn, tagger.convert_dict_to_tags_input(facts["tags"]))
    return key


def _expired(db: sqlite3.Connection, bucket: FakeBucket) -> Iterator[tuple[str, str]]:
    """Yield key and version of what another version replaced longer ago than a rule for the whole bucket allows."""
    whole = [rule for rule in bucket.rules if not rule.prefix and not (rule.filter and rule.filter.prefix)]
    days = [int(rule.nve_noncurrent_days) for rule in whole if rule.status == "Enabled" and rule.nve_noncurrent_days]
    if not days:
        return
    oldest = (utcnow() - timedelta(days=min(days))).isoformat()
    query = "SELECT key, version, json_extract(facts, '$.modified') FROM objects WHERE bucket = ? ORDER BY 1, 3"
    for (key, version, _), (next_key, _, replaced) in pairwise(db.execute(query, (bucket.name,)).fetchall()):
        if key == next_key and replaced < oldest:
            yield key, version
