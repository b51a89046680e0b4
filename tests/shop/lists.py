"""Lists: walked page by page, refused, and counted in SQL statements."""

from collections.abc import Sequence

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.checks.arrange import require
from grader.judge.database import Database


async def pages(reader: Client, path: str, stage: int, limit: int) -> list[Fields]:
    """All items of a list, page by page; at most a hundred pages."""
    found: list[Fields] = []
    cursor = None
    for _ in range(100):
        params = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = require(await reader.get(path, params=params), 200, stage=stage)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        expect.equal("page_sizes", len(page["items"]), limit)
    return found


async def no_such_page(reader: Client, path: str) -> None:
    """A `limit` out of its range and a cursor that nobody issued are 422."""
    for query, code in (
        *((f"limit={limit}", "validation_error") for limit in (0, 101)),
        *((f"cursor={cursor}", "invalid_cursor") for cursor in ("nonsense", "")),
    ):
        reply = await reader.get(f"{path}?{query}")
        expect.problem(reply, 422, code)


async def at_one_moment(db: Database, table: str, made: Sequence[Fields]) -> None:
    """Let these rows be the newest, all of one moment."""
    ids = [str(row["id"]) for row in made]
    now = f"UPDATE {table} SET created_at = now() WHERE id::text = ANY(%s)"
    await db.execute(now, ids)


async def sql_does_not_grow(
    db: Database, reader: Client, path: str, few: int, many: int
) -> None:
    """A page of many items needs as many SQL statements as one of few."""

    async def read(limit: int) -> None:
        expect.status(await reader.get(f"{path}?limit={limit}"), 200)

    least = await db.fewest(lambda: read(few))
    most = await db.fewest(lambda: read(many), enough=least.calls)
    enough, got = most.calls <= least.calls, most.beside(least)
    expect.true("sql_grows", enough, expected=least.calls, got=got, path=path)
