"""What the tables say of stock, of its movements, and of codes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.database import Database


async def stock_of(db: Database, product_id: str) -> tuple[int, int]:
    """What is on hand and what is reserved, in the database."""
    rows = await db.execute(
        "SELECT on_hand, reserved FROM stock WHERE product_id::text = %s",
        str(product_id),
    )
    expect.equal("stock_rows", len(rows), 1)
    return int(rows[0][0]), int(rows[0][1])


async def stock_is(db: Database, product_id: str, on_hand: int, reserved: int) -> None:
    got = await stock_of(db, product_id)
    expect.equal("stock", list(got), [on_hand, reserved])


async def take_off(db: Database, product: Fields) -> None:
    """Make a product inactive, past the app."""
    off = "UPDATE products SET active = false WHERE id::text = %s"
    await db.execute(off, product["id"])


async def redeemed(db: Database, code: str) -> int:
    found = await db.value("SELECT redeemed FROM discounts WHERE code = %s", code)
    return int(found)


async def books_balance(db: Database, products: Sequence[Fields]) -> None:
    """Movements sum to the stock of these products."""
    rows = await db.execute(
        "SELECT s.product_id::text, s.on_hand, s.reserved,"
        " coalesce(sum(m.on_hand_change), 0)::int,"
        " coalesce(sum(m.reserved_change), 0)::int"
        " FROM stock s LEFT JOIN stock_movements m USING (product_id)"
        " WHERE s.product_id::text = ANY(%s) GROUP BY 1, 2, 3",
        [str(product["id"]) for product in products],
    )
    expect.equal("stock_rows", len(rows), len(products))
    for _, on_hand, reserved, moved, held in rows:
        expect.equal("movements", [moved, held], [on_hand, reserved])


@asynccontextmanager
async def movements_only_added(db: Database) -> AsyncIterator[None]:
    """What had moved before the block stands there after it, as it was."""
    before = await _movements(db)
    yield
    kept = before & await _movements(db)
    expect.equal("movements_added", len(kept), len(before))


async def _movements(db: Database) -> set[tuple[Any, ...]]:
    rows = await db.execute(
        "SELECT id::text, product_id::text, order_id::text, on_hand_change,"
        " reserved_change, created_at FROM stock_movements"
    )
    return set(rows)
