"""Who is in which room, counted in a table, so that several processes may share it."""

import asyncio
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from chat.models import Presence as Row
from given.database import Sessions

Tell = Callable[[int, int, str], None]


class Presence:
    def __init__(self, sessions: Sessions, grace_s: float, tell: Tell) -> None:
        self._sessions = sessions
        self._grace_s = grace_s
        self._tell = tell
        self._leaving: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def _count(self, room_id: int, user_id: int, change: int) -> int:
        async with self._sessions.begin() as session:
            row = upsert(Row).values(room_id=room_id, user_id=user_id, tabs=change)
            return await session.scalar(
                row.on_conflict_do_update(
                    index_elements=["room_id", "user_id"],
                    set_={"tabs": Row.tabs + change},
                ).returning(Row.tabs)
            )

    async def arrive(self, room_id: int, user_id: int) -> None:
        timer = self._leaving.pop((room_id, user_id), None)
        if timer:
            timer.cancel()
        if await self._count(room_id, user_id, 1) == 1 and timer is None:
            self._tell(room_id, user_id, "online")

    async def depart(self, room_id: int, user_id: int) -> None:
        if await self._count(room_id, user_id, -1) == 0:
            going = asyncio.create_task(self._go(room_id, user_id))
            self._leaving[room_id, user_id] = going

    async def _go(self, room_id: int, user_id: int) -> None:
        await asyncio.sleep(self._grace_s)
        del self._leaving[room_id, user_id]
        async with self._sessions.begin() as session:
            gone = await session.scalar(
                delete(Row)
                .where(Row.room_id == room_id, Row.user_id == user_id, Row.tabs == 0)
                .returning(Row.user_id)
            )
        if gone is not None:
            self._tell(room_id, user_id, "offline")

    async def online(self, room_id: int) -> list[int]:
        async with self._sessions() as session:
            rows = await session.scalars(
                select(Row.user_id).where(Row.room_id == room_id)
            )
            return list(rows)

    def close(self) -> None:
        for timer in self._leaving.values():
            timer.cancel()
