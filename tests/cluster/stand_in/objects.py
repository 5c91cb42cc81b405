"""Facts about Kubernetes objects that need no server."""

import hashlib
from collections.abc import Mapping
from typing import Any

from pulumi_sixfold.kit.args import UNKNOWN, is_later

Object = dict[str, Any]

_OF_THE_SERVER = ("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink")


def kind_of(urn: str) -> tuple[str, str]:
    """Read apiVersion and kind out of the type in a URN: `kubernetes:core/v1:Pod` → (`v1`, `Pod`)."""
    _, version, kind = urn.split("::")[2].rsplit("$", 1)[-1].split(":")
    return version.removeprefix("core/"), kind


def named(manifest: Object, urn: str, old: Object) -> Object:
    """Return the manifest with a name: its own, that of last time, or one that follows from the URN."""
    metadata = manifest.get("metadata") or {}
    if "name" in metadata:
        return manifest
    logical = urn.rsplit("::", 1)[-1].lower()
    suffix = hashlib.sha256(urn.encode()).hexdigest()[:8]
    name = (old.get("metadata") or {}).get("name", f"{logical}-{suffix}")
    return {**manifest, "metadata": {**metadata, "name": name}}


def id_of(manifest: Object) -> str:
    """Return `namespace/name`, or the name of what is in no namespace."""
    metadata = manifest["metadata"]
    return "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)


def annotation(manifest: Object, name: str) -> str:
    """Return one of the annotations by which programs steer pulumi-kubernetes, or an empty text."""
    metadata = manifest.get("metadata") or {}
    found = (metadata.get("annotations") or {}).get(f"pulumi.com/{name}", "")
    return "" if found is UNKNOWN else str(found)


def without_nulls(value: Any) -> Any:
    """Leave out what a program has set to None."""
    if isinstance(value, Mapping):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value]
    return value


def declared(live: Object) -> Object:
    """Return of a live object what somebody may declare: without status, and without what the server counts."""
    metadata = {key: value for key, value in live["metadata"].items() if key not in _OF_THE_SERVER}
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": metadata}


def like(shape: Any, live: Any) -> Any:
    """Return of `live` only what `shape` has too; lists of another length are taken as they are."""
    if isinstance(shape, Mapping) and isinstance(live, Mapping):
        return {key: like(part, live[key]) for key, part in shape.items() if key in live}
    if isinstance(shape, list) and isinstance(live, list) and len(shape) == len(live):
        return [like(part, item) for part, item in zip(shape, live, strict=True)]
    return live


def is_known(manifest: Object) -> bool:
    """Tell whether everything in it is known already."""
    return not is_later(manifest)
