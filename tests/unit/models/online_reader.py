"""The reader of a release, by the definitions of the working tree instead of a bento's."""

from models.features.views import views_of
from serving.online import OnlineReader
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.product import load_code


def reader_of(platform: PlatformRefs, product: Product) -> OnlineReader:
    """Return a reader of a product's online features."""
    return OnlineReader(platform, product.package, views_of(load_code(product).features))
