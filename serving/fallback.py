"""The response header that names the features without which an answer was made.

The body cannot say it: its schema is the product's contract with consumers, who refuse unknown keys. The counters of
`serving.metrics` cannot either: they count for all callers, and a smoke prediction asks about its own answer.
"""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from serving.predictor import Served
from sixfold.wire import MISSING_FEATURES

_MOST = 50  # names: servers and proxies refuse a header of more than 8 KiB


def headers(served: Sequence[Served]) -> dict[str, str]:
    """Return the header for the answer to a row or a batch; none where every row had all of its features."""
    missing = {name: None for each in served if each.fallback for name, value in each.features.items() if value is None}
    return {MISSING_FEATURES: _quoted(tuple(missing)[:_MOST])} if missing else {}


@lru_cache(1_000)
def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(map(quote, names))
