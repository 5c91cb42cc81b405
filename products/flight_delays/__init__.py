"""The product `flight-delays`. Its modules have the shape that `sixfold.product` describes; mypy checks it here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from products.flight_delays import contracts, curation, data, features, service, stream, train
    from sixfold import product

    _DATA: product.DataModule = data
    _CONTRACTS: product.ContractsModule = contracts
    _CURATION: product.CurationModule = curation
    _FEATURES: product.FeaturesModule = features
    _SERVICE: product.ServiceModule = service
    _TRAIN: product.TrainModule = train
    _STREAM: product.StreamModule = stream
