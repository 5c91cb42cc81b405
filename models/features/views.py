"""From Feast's definitions to what a release needs of them."""

from typing import Any

from models.candidate import View
from sixfold.errors import SixfoldError
from sixfold.product import FeaturesModule


def views_of(features: FeaturesModule) -> tuple[View, ...]:
    """Return a product's feature views, in the order of the model's input.

    Raises:
        SixfoldError: serving could not answer from a view as training did.

    """
    return tuple(_view(each) for each in features.VIEWS)


def _view(view: Any) -> View:  # noqa: ANN401 - Feast ships no types
    others = [column.name for column in view.entity_columns if column.dtype.to_value_type().name != "STRING"]
    if others:
        raise SixfoldError(
            f"the join key {', '.join(others)} of the view {view.name} is no text",
            remedy="declare it as a String: `entities` in service.py gives texts",
        )
    if view.ttl:
        raise SixfoldError(
            f"the view {view.name} has a time to live, which training would keep to and the online store would not",
            remedy="write `ttl=timedelta(0)`",
        )
    source = view.batch_source
    return View(
        name=view.name,
        keys=tuple(view.join_keys),
        features=tuple(field.name for field in view.features),
        table=source.name,
        moment=source.timestamp_field,
    )
