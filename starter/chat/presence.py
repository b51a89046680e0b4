"""Who is in which room, by user and not by tab, and when that becomes news."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from given.unwritten import NotWritten

Tell = Callable[[int, int, str], None]


class Presence:
    """Counts the connections of each user in each room, in this process."""

    def __init__(self, grace_s: float, tell: Tell) -> None:
        """`tell(room_id, user_id, status)` spreads the news."""
        raise NotWritten(6)

    async def arrive(self, room_id: int, user_id: int) -> None:
        raise NotWritten(6)

    async def depart(self, room_id: int, user_id: int) -> None:
        raise NotWritten(6)


    async def online(self, room_id: int) -> list[int]:
        """Users in their time of grace included."""
        raise NotWritten(6)

    def close(self) -> None:
        raise NotWritten(6)
