"""What must balance after any traffic, to the unit: stock, codes, orders and money."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from grader.judge.callers.gateway import Account
from grader.judge.database import Database

KEPT = "('paid', 'shipped', 'delivered', 'refunded')"
COUNTED = "('pending', 'paid', 'shipped', 'delivered', 'refunded')"
# What is wrong, row by row: an empty answer is a book that balances.
BOOKS = {
    "movements sum to stock": """
        SELECT product_id FROM stock s LEFT JOIN stock_movements m USING (product_id)
        GROUP BY product_id, on_hand, reserved
        HAVING on_hand <> coalesce(sum(on_hand_change), 0)
            OR reserved <> coalesce(sum(reserved_change), 0)""",
    "reserved is what pending orders hold": """
        SELECT s.product_id FROM stock s LEFT JOIN (
            SELECT product_id, sum(qty) AS held FROM order_lines l
            JOIN orders o ON o.id = l.order_id WHERE status = 'pending' GROUP BY 1
        ) h USING (product_id) WHERE reserved <> coalesce(held, 0)""",
    "stock is what came minus what was sold": f"""
        SELECT s.product_id FROM stock s
        JOIN (SELECT product_id, sum(on_hand_change) AS came FROM stock_movements
              WHERE order_id IS NULL GROUP BY 1) c USING (product_id)
        LEFT JOIN (SELECT product_id, sum(qty) AS sold FROM order_lines l
              JOIN orders o ON o.id = l.order_id
              WHERE status IN {KEPT} AND status <> 'refunded' GROUP BY 1) x
        USING (product_id) WHERE on_hand <> came - coalesce(sold, 0)""",
    "codes count the orders that used them": f"""
        SELECT d.code FROM discounts d LEFT JOIN orders o
            ON o.code = d.code AND status IN {COUNTED}
        GROUP BY d.code, redeemed HAVING redeemed <> count(o.id)""",
    "lines sum to orders": """
        SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id
        HAVING subtotal <> sum(unit_price * qty) OR discount <> sum(line_discount)
            OR total <> sum(line_total)""",
}


@dataclass(frozen=True)
class Line:
    """One book, and whether it balances."""

    what: str
    holds: bool
    figures: str

    def __str__(self) -> str:
        return f"{'ok ' if self.holds else 'BAD'} {self.what}: {self.figures}"


async def balance(db: Database, account: Account) -> list[Line]:
    """Every book, once all orders that wait for payment have expired."""
    lines = [await nothing_pending(db)]
    for what, query in BOOKS.items():
        wrong = await db.execute(query)
        lines.append(Line(what, not wrong, f"{len(wrong)} wrong"))
    lines.append(await money(db, account))
    lines.append(await receipts(db, account))
    await db.close()
    return lines


async def nothing_pending(db: Database) -> Line:
    deadline = time.monotonic() + 30
    while left := await db.count("orders", "status = 'pending'"):
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.1)
    rows = await db.execute("SELECT status, count(*) FROM orders GROUP BY 1 ORDER BY 1")
    figures = ", ".join(f"{count} {status}" for status, count in rows)
    return Line("every order has come to its end", left == 0, figures)


async def money(db: Database, account: Account) -> Line:
    """The payment service took what the paid orders cost, each once."""
    rows = await db.execute(
        f"SELECT total FROM orders WHERE status IN {KEPT} AND total > 0"
    )
    owed = Counter(total for (total,) in rows)
    taken = Counter(charge.amount for charge in account.charges.values())
    figures = f"{sum(taken.elements())} taken in {taken.total()} charges"
    figures += f", {sum(owed.elements())} owed by {owed.total()} orders"
    return Line("money taken is money owed", taken == owed, figures)


async def receipts(db: Database, account: Account) -> Line:
    rows = await db.execute(f"SELECT id::text FROM orders WHERE status IN {KEPT}")
    paid = Counter(order_id for (order_id,) in rows)
    for order_id in paid:
        if not await account.has_receipts(order_id):
            break
    sent = Counter(receipt.get("order_id") for receipt in account.receipts)
    figures = f"{sent.total()} receipts for {paid.total()} paid orders"
    return Line("each paid order has one receipt", sent == paid, figures)
