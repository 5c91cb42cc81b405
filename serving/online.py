"""The online features of a release, by the views in its own bento: no registry is opened, and Feast is not imported.

Feast writes the rows (`models.features.build`), and is the reference: a test reads the same rows both ways.
"""

import base64
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from models import aws
from models.candidate import View
from models.features.online import Freshness, project_of, read_freshness, read_materialization
from serving.dynamodb import BatchGet, Key
from serving.entity_keys import entity_id
from serving.materialization import Materialization
from serving.rows import Rows
from serving.values import decode
from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    from models.features.past import PastReader

Value = float | None
Values = tuple[Value, ...]
Features = dict[str, Value]
_Place = tuple[int, tuple[str, ...]]
"""The number of a view, and the values of its join keys."""


class OnlineReader:
    """Reads features by entity, from memory where that is exact, else from DynamoDB.

    Args:
        platform: where the features are.
        package: the product's Python package.
        views: its feature views.
        within_s: how long DynamoDB may take to answer.
        connections: how many to DynamoDB stay open.

    """

    def __init__(
        self, platform: PlatformRefs, package: str, views: Sequence[View], *, within_s: float = 5, connections: int = 1
    ) -> None:
        self._platform, self._package, self._views, self._within_s = platform, package, views, within_s
        self._tables = [f"{project_of(platform, package)}.{view.name}" for view in views]
        self._s3 = aws.s3(platform)
        self._store = BatchGet(platform, connections)
        self._nothing: list[Values] = [(None,) * len(view.features) for view in views]
        self._rows: tuple[str | None, Rows[_Place, Values]] = (None, Rows())
        self._changing = threading.Lock()
        self.materialization = Materialization(lambda: read_materialization(self._s3, platform, package))

    def remembered(self, rows: Sequence[Mapping[str, str]]) -> list[Features] | None:
        """Return the features of each row where all of them are in memory and exact; None otherwise. Never waits."""
        of, held = self._rows
        if of is None or of != self.materialization.exact:
            return None
        answer: list[Features] = []
        for row in rows:
            features: Features = {}
            for number, view in enumerate(self._views):
                known, values = held.find((number, tuple([row[key] for key in view.keys])))
                if not known:
                    return None
                features.update(zip(view.features, values or self._nothing[number], strict=True))
            answer.append(features)
        return answer

    def stale(self, rows: Sequence[Mapping[str, str]]) -> list[Features] | None:
        """Return the features of each row that are in memory, exact or not; None where no row ever was."""
        of, held = self._rows
        return None if of is None else [self._features(row, lambda place: held.find(place)[1]) for row in rows]

    def read(self, rows: Sequence[Mapping[str, str]], at: datetime | None = None) -> list[Features]:
        """Return the features of each row, given its entity keys; None for what the store does not know.

        A replay asks for a moment of the past, and gets what was known then. Raises what `BatchGet.get` raises.
        """
        if not rows:
            return []
        if at is not None:
            return [dict(found) for found in self._past.read([dict(row) for row in rows], at)]
        exact = self.materialization.exact  # before the rows are read: they may be written anew meanwhile
        held = self._held(exact)
        found = {place: held.find(place) for row in rows for place in self._places(row)}
        values = {place: row for place, (known, row) in found.items() if known}
        fetched = self._fetch([place for place in found if place not in values])
        if exact is not None:
            held.keep(fetched)
        values |= fetched
        return [self._features(row, values.__getitem__) for row in rows]

    def age_s(self) -> float:
        """Return the seconds since rows in memory were known to be exact."""
        return self.materialization.age_s

    def freshness(self) -> Freshness:
        """Return the time of the newest online features, and of their copy."""
        return read_freshness(self._s3, self._platform, self._package)

    def close(self) -> None:
        """Ask for nothing more."""
        self.materialization.close()

    def _held(self, materialization: str | None) -> Rows[_Place, Values]:
        """Return the rows of a materialization; those of an earlier one are forgotten."""
        with self._changing:
            if materialization is not None and self._rows[0] != materialization:
                self._rows = (materialization, Rows())
            return self._rows[1] if materialization is not None else Rows()

    def _places(self, row: Mapping[str, str]) -> Iterator[_Place]:
        for number, view in enumerate(self._views):
            yield number, tuple(row[key] for key in view.keys)

    def _features(self, row: Mapping[str, str], values_at: Callable[[_Place], Values | None]) -> Features:
        features: Features = {}
        for place in self._places(row):
            number = place[0]
            features.update(zip(self._views[number].features, values_at(place) or self._nothing[number], strict=True))
        return features

    def _fetch(self, places: Sequence[_Place]) -> dict[_Place, Values | None]:
        keys = {place: self._key(place) for place in places}
        items = self._store.get(keys.values(), self._within_s) if keys else {}
        return {
            place: _values(items[key], self._views[place[0]]) if key in items else None for place, key in keys.items()
        }

    def _key(self, place: _Place) -> Key:
        number, values = place
        return Key(self._tables[number], entity_id(dict(zip(self._views[number].keys, values, strict=True))))

    @cached_property
    def _past(self) -> "PastReader":
        from models.features.past import PastReader  # noqa: PLC0415 - only a replay needs numpy and the lake

        return PastReader(self._platform, self._package, self._views)


def _values(item: Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]], view: View) -> Values:
    given = item["values"]["M"]
    return tuple(_number(given[name]["B"]) if name in given else None for name in view.features)


def _number(value: str) -> Value:
    found = decode(base64.b64decode(value))
    number = None if found is None else float(found)
    return None if number is None or math.isnan(number) else number
