"""The product `daily-high`. Its modules have the shape that `sixfold.product` describes; mypy checks it here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from products.daily_high import data, features, model, service, stream
    from sixfold import product

    _DATA: product.DataModule = data
    _FEATURES: product.FeaturesModule = features
    _MODEL: product.ModelModule = model
    _SERVICE: product.ServiceModule = service
    _STREAM: product.StreamModule = stream
