"""A database as it was at revision 0001, with every price that a migration converts."""

from dataclasses import dataclass

import psycopg

from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.database import Database

# 0.00 to 999.99, one product each; n is the price in cents.
PRICES = 100_000
# Written as (price in cents, on hand). The last is dearer than a new product may be.
DEARER = ((100_014, 1), (999_999_999, 2), (113_999_995, 3), (4_999_999_999, 4))
PRODUCTS = PRICES + len(DEARER)
# Some of the prices are written with fewer decimals: 5, 5.1 and 5.10.
SEED = """
    INSERT INTO products (sku, name, price, quantity, created_at)
    SELECT 'OLD-' || n, 'Old product ' || n,
           CASE WHEN n % 100 = 0 THEN (n / 100)::numeric
                WHEN n % 10 = 0 THEN round(n / 100.0, 1)
                ELSE round(n / 100.0, 2) END,
           CASE WHEN n % 7 = 0 THEN NULL ELSE n % 50 END,
           TIMESTAMPTZ '2024-01-01 00:00Z' + n * INTERVAL '1 second'
    FROM generate_series(0, 99999) AS n;
    INSERT INTO products (sku, name, price, quantity, created_at) VALUES
        ('OLD-100014', 'Dear', 1000.14, 1, '2024-02-01Z'),
        ('OLD-999999999', 'Dearer', 9999999.99, 2, '2024-02-01Z'),
        ('OLD-113999995', 'Dear', 1139999.95, 3, '2024-02-01Z'),
        ('OLD-4999999999', 'Dearest', 49999999.99, 4, '2024-02-01Z')
"""


REFUSALS = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.RaiseException,
)


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


async def migrated(world: World, seed: str = SEED) -> Legacy:
    database = world.database()
    first = world.migrate(database, ["upgrade", "0001"])
    if first.ok:
        await database.execute(seed)
        first = world.migrate(database, ["upgrade", "head"])
    return Legacy(database, first)


async def refused(database: Database, statement: str) -> bool:
    """Whether a constraint, a type or a trigger refuses a change past the app."""
    try:
        await database.execute(f"BEGIN; {statement}; ROLLBACK")
    except REFUSALS:
        await database.execute("ROLLBACK")
        return True
    return False


async def column_names(database: Database, table: str) -> set[str]:
    rows = await database.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s",
        table,
    )
    return {name for (name,) in rows}
