"""Entity tags of products, and how If-Match matches them."""

import re

from shop.models import Product

TAG = re.compile(r'(W/)?("[^"]*")')


def etag_of(product: Product) -> str:
    return f'"{product.id}-{product.version}"'


def if_match(header: str, etag: str) -> bool:
    """Strong comparison: a weak tag never matches."""
    if header.strip() == "*":
        return True
    return any(tag == etag and not weak for weak, tag in TAG.findall(header))
