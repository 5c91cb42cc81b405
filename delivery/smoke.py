"""Smoke prediction: the contract's example, sent to the live service. `sixfold up` and `sixfold release` end with it.

A prediction that was made without features which the lake has is a failed one: the store does not answer the release,
its features were not copied, or its code cannot read them. A feature that the lake does not have either, such as the
delays of an hour in which nothing departed, is no fault of the release.
"""

import json
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from delivery.served import Answer, ask
from models import steps
from models.features.build import STEP
from models.hashing import content_key, product_key
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs, StackOutputs
from sixfold.product import load_code

_SETTLES_S = 15.0  # a release leaves a store alone for five seconds, and the first read of features takes up to ten
_AGAIN_S = 1.0
_STEP = "smoke"


def smoke(outputs: StackOutputs, product: Product, version: str, within_s: float = _SETTLES_S) -> Answer:
    """Request a prediction of the contract's example; it has to be made from all the features that the lake has.

    A release that found its store away leaves it alone for some seconds: the request is repeated for as long.

    Raises:
        SixfoldError: there is no prediction, or it was made without some features; the message names them.

    """
    until, excused = time.monotonic() + within_s, None
    while True:
        answer = ask(outputs, product, version)
        if not answer.missing:
            return answer
        known = _Known(outputs.platform, product, answer.missing)
        if known.lacking():
            return answer
        if excused is None:
            excused = set(unknown_to_lake(outputs.platform, product, answer.missing))
        lost = [name for name in answer.missing if name not in excused]
        if not lost:
            known.remember()
            return answer
        if time.monotonic() > until:
            raise _without(product, version, answer, lost)
        time.sleep(_AGAIN_S)


class _Known:
    """A finding: the lake lacks some features. It holds for as long as the feature tables stay as they are.

    To look takes seconds of imports, and an `up` with nothing to do has to take none.
    """

    def __init__(self, platform: PlatformRefs, product: Product, names: Collection[str]) -> None:
        self._platform, self._package = platform, product.package
        self._key = content_key(product_key(product, "service"), product.model_dump_json(), *sorted(names))
        built = steps.recorded(platform, product.package, STEP)
        self._tables = sorted(built.tables) if built else []

    def lacking(self) -> bool:
        """Say whether the lake has none of them now."""
        return bool(self._tables) and steps.unchanged(self._platform, self._package, _STEP, self._key, self._tables)

    def remember(self) -> None:
        """Note that the lake has none of them."""
        steps.record(self._platform, self._package, _STEP, self._key, self._tables)


def unknown_to_lake(platform: PlatformRefs, product: Product, names: Collection[str]) -> Iterator[str]:
    """Yield those of the named features for which the lake has no value now, for the contract's example.

    Raises:
        SixfoldError: the features were never built.

    """
    from models.lake import Lake  # noqa: PLC0415 - seconds for Iceberg, which a prediction with all features spares

    code, lake = load_code(product), Lake(platform, product.package)
    example = TypeAdapter(code.service.Row).validate_json(json.dumps(product.example))
    entities = code.service.entities(example)
    for view in code.features.VIEWS:
        if wanted := [field.name for field in view.features if field.name in names]:
            newest = _newest(lake, view, entities)
            yield from (name for name in wanted if newest.get(name) is None)


def _newest(lake: Any, view: Any, entities: Mapping[str, str]) -> Mapping[str, Any]:  # noqa: ANN401 - Feast ships no types
    """Return the newest row of a view for the entities; empty if there is none."""
    import polars as pl  # noqa: PLC0415 - see `unknown_to_lake`

    keys = {key: entities[key] for key in view.join_keys}
    quoted = any("'" in value for value in keys.values())  # Iceberg's filters know no escape for it
    where = "" if quoted else " and ".join(f"{key} == '{value}'" for key, value in keys.items())
    own = lake.read(view.batch_source.name, where).filter(*(pl.col(key) == value for key, value in keys.items()))
    newest = own.sort(view.batch_source.timestamp_field).tail(1).fill_nan(None).to_dicts()
    return newest[0] if newest else {}


def _without(product: Product, version: str, answer: Answer, lost: list[str]) -> SixfoldError:
    return SixfoldError(
        f"{product.name} {version} predicts its example without these features, which the lake has: {', '.join(lost)}",
        remedy=f"copy them to the online store: `sixfold data load {product.name}`; where it has them, the log of "
        f"release {answer.document['release']} below .sixfold/run/logs says why they are not read",
    )
