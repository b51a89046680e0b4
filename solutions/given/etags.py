# Generated from solutions/blog/etags.py by nox -s starter: edit that file.
# Digest of the lines below: fdab8b81354123eb
"""Entity tags: a version as HTTP names it, and how headers match it."""

import re

TAG = re.compile(r'(W/)?("[^"]*")')


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
