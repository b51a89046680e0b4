"""A database as it was at revision 0001, with posts that a migration carries over."""

from dataclasses import dataclass
from typing import Any

import psycopg

from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.database import Database

POSTS = 300
# Of the post with this number; some titles are as long as they may be.
TITLE = """
    CASE WHEN {0} % 11 = 0 THEN '旧文章'
         WHEN {0} % 13 = 0 THEN repeat('Long ', 39) || 'title'
         ELSE 'Old post ' || {0} END
"""
# Every fifth post has no slug, every seventh shares one, the others have their own.
# Two share one of 80 characters. Two authors take turns. One own slug looks like what
# a backfill might make of a shared one. The times are not in the order of the posts.
CREATED, UPDATED = (
    f"TIMESTAMPTZ '{start} 00:00Z' + ({{0}} * {step} % 307) * INTERVAL '1 hour'"
    for start, step in (("2024-01-01", 37), ("2024-02-01", 53))
)
SEED = f"""
    INSERT INTO users (email, name, password_hash, role, created_at)
    VALUES ('old@example.com', 'old', 'x', 'user', now()),
           ('odd@example.com', 'odd', 'x', 'user', now());
    INSERT INTO posts
        (author_id, slug, title, body, is_published, created_at, updated_at)
    SELECT author.id,
           CASE WHEN n % 5 = 0 THEN NULL
                WHEN n % 7 = 0 THEN 'shared'
                WHEN n = 8 THEN 'shared-2'
                WHEN n IN (16, 17) THEN repeat('long', 20)
                ELSE 'own-' || n END,
           {TITLE.format("n")},
           'Body ' || n, n % 3 = 0,
           {CREATED.format("n")}, {UPDATED.format("n")}
    FROM generate_series(1, 300) AS n
    JOIN users AS author ON author.name = CASE WHEN n % 2 = 0 THEN 'old' ELSE 'odd' END
    ORDER BY n
"""


@dataclass
class Legacy:
    """The database after the upgrade, and how the upgrade went."""

    database: Database
    upgrade: Ran

    def must_be_upgraded(self) -> None:
        expect.true(
            "migration",
            self.upgrade.ok,
            expected="upgrade head",
            got=self.upgrade.exception() or self.upgrade.err[-600:],
        )


async def migrated(world: World) -> Legacy:
    database = world.database()
    first = world.migrate(database, ["upgrade", "0001"])
    if first.ok:
        await database.execute(SEED)
        first = world.migrate(database, ["upgrade", "head"])
    return Legacy(database, first)


async def refused(database: Database, statement: str) -> bool:
    """Whether a constraint refuses a change made past the app."""
    try:
        await database.execute(f"BEGIN; {statement}; ROLLBACK")
    except psycopg.errors.IntegrityError:
        await database.execute("ROLLBACK")
        return True
    return False


async def column_names(database: Database, table: str) -> set[Any]:
    rows = await database.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s",
        table,
    )
    return {name for (name,) in rows}
