"""Entity tags of products; given.etags matches them."""

from given.etags import if_match
from shop.models import Product

__all__ = ["etag_of", "if_match"]


def etag_of(product: Product) -> str:
    return f'"{product.id}-{product.version}"'
