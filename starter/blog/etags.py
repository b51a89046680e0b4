"""Entity tags: a version as HTTP names it, and how headers match it."""

import re

from blog.models import Post
from blog.unwritten import NotWritten

TAG = re.compile(r'(W/)?("[^"]*")')


def etag_of(post: Post) -> str:
    raise NotWritten(6)


def if_match(header: str, etag: str) -> bool:
    """Strong comparison: a weak tag never matches."""
    raise NotWritten(6)


def if_none_match(header: str, etag: str) -> bool:
    """Weak comparison: whether the client's copy is still good."""
    raise NotWritten(6)
