"""A connection to the app's database that is the judge's own."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg


class Session:
    """A connection of the judge's, made by the first query, for one query at a time."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._turn = asyncio.Lock()

    async def execute(
        self, query: str, params: Sequence[object] | Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one statement by itself; the rows it returns, or none."""
        async with self._turn:
            if self._connection is None:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True
                )
            cursor = await self._connection.execute(query.encode(), params)
            return await cursor.fetchall() if cursor.description else []

    async def close(self) -> None:
        """Close it, after the query that is under way.

        A check that failed leaves requests behind, and these ask the database. Closed
        under a query, psycopg goes on reading from memory that libpq has freed.
        """
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
            self._connection = None
