"""Physical names: derived, so that the run after a crash arrives at the same name and finds what it made before."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pulumi_sixfold.kit.args import canonical

_HASH = 8
_TAG_LIMIT = 256


def physical_name(urn: str, scope: str, fixed: Mapping[str, Any], *, limit: int, separator: str = "-") -> str:
    """Return `<resource name>-<hash>`, lower case, letters, digits and the separator only.

    Args:
        urn: the URN of the resource; its last part is the readable half of the name.
        scope: account and region, because some names are unique in the world.
        fixed: the create-only inputs: a replacement gets another name and can be made before the old one goes.
        limit: the longest name allowed, at least 10.
        separator: what stands between words.

    """
    return _joined(urn, digest(urn, scope, canonical(dict(fixed))), limit, separator)


def name_pattern(urn: str, *, limit: int, separator: str = "-") -> str:
    """Return the pattern of a resource's physical names: `?` stands for each character of the hash, as in IAM."""
    return _joined(urn, "?" * _HASH, limit, separator)


def _joined(urn: str, digest: str, limit: int, separator: str) -> str:
    logical = re.sub(r"[^a-z0-9]+", separator, urn.rsplit("::", 1)[-1].lower()).strip(separator)
    readable = logical[: limit - _HASH - 1].rstrip(separator)
    return f"{readable or 'r'}{separator}{digest}"


def owner(urn: str) -> str:
    """Return the value of the URN tag: AWS accepts no `$` in a tag's value, and at most 256 characters."""
    mark = urn.replace("$", "/")
    return mark if len(mark) <= _TAG_LIMIT else f"{mark[: _TAG_LIMIT - _HASH - 1]}-{digest(urn)}"


def digest(*parts: str) -> str:
    """Return a short hash of some texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_HASH]
