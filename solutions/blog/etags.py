"""Entity tags: a version as HTTP names it, and how headers match it."""

import re

from blog.models import Post

TAG = re.compile(r'(W/)?("[^"]*")')


def etag_of(post: Post) -> str:
    # A version, not a time: two edits within one second differ. The id too: a
    # post deleted and made anew under its slug starts at version 1 again.
    return f'"{post.id}-{post.version}"'


def if_match(header: str, etag: str) -> bool:
    """Strong comparison: a weak tag never matches."""
    if header.strip() == "*":
        return True
    return any(tag == etag and not weak for weak, tag in TAG.findall(header))


def if_none_match(header: str, etag: str) -> bool:
    """Weak comparison: whether the client's copy is still good."""
    if header.strip() == "*":
        return True
    return any(tag == etag for _, tag in TAG.findall(header))
