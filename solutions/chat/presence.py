"""Who is in which room, by user and not by tab, and when that becomes news."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

Tell = Callable[[int, int, str], None]


class Presence:
    """Counts the connections of each user in each room, in this process."""

    def __init__(self, grace_s: float, tell: Tell) -> None:
        """`tell(room_id, user_id, status)` spreads the news."""
        self._grace_s = grace_s
        self._tell = tell
        self._tabs: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._leaving: dict[tuple[int, int], asyncio.TimerHandle] = {}

    async def arrive(self, room_id: int, user_id: int) -> None:
        place = (room_id, user_id)
        self._tabs[place] += 1
        # Somebody who comes back within the grace is not announced.
        if timer := self._leaving.pop(place, None):
            timer.cancel()
        elif self._tabs[place] == 1:
            self._tell(room_id, user_id, "online")

    async def depart(self, room_id: int, user_id: int) -> None:
        place = (room_id, user_id)
        self._tabs[place] -= 1
        if self._tabs[place] == 0:
            loop = asyncio.get_running_loop()
            self._leaving[place] = loop.call_later(self._grace_s, self._gone, place)

    def _gone(self, place: tuple[int, int]) -> None:
        del self._leaving[place], self._tabs[place]
        self._tell(*place, "offline")

    async def online(self, room_id: int) -> list[int]:
        """Users in their time of grace included."""
        return [user_id for room, user_id in self._tabs if room == room_id]

    def close(self) -> None:
        for timer in self._leaving.values():
            timer.cancel()
