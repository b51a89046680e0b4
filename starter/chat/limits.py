"""How much a user may send: a bucket of tokens for each, refilled as time passes."""

import time
from dataclasses import dataclass

from given.unwritten import NotWritten


class RateLimit:
    """Counts in this process; the bucket of a user holds one second's worth."""

    def __init__(self, per_second: float) -> None:
        raise NotWritten(7)

    def allows(self, user_id: int) -> bool:
        """Whether the user may send one more message now; if so, it is counted."""
        raise NotWritten(7)
