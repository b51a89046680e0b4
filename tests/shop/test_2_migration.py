"""Stage 2: a hundred thousand prices become integers, and can go back."""

from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from tests.schema import columns_where, foreign_keys, unique_keys
from tests.shop.legacy import (
    DEARER,
    PRICES,
    PRODUCTS,
    Legacy,
    column_names,
    migrated,
    refused,
)

NEW = {"price_minor", "currency", "active", "version"}
CENTS = "substr(sku, 5)::bigint"
QUANTITY = "CASE WHEN n % 7 = 0 THEN 0 ELSE n % 50 END"
SMALL = """
    INSERT INTO products (sku, name, price, quantity, created_at) VALUES
        ('OLD-1999', 'Old', 19.99, 3, '2024-02-01Z'),
        ('OLD-29', 'Old', 0.29, NULL, '2024-02-01Z'),
        ('OLD-500', 'Old', 5, 0, '2024-02-01Z')
"""
AN_ORDER = """
    INSERT INTO users (email, name, password_hash, role, created_at)
    VALUES ('x@example.com', 'x', 'x', 'user', now());
    INSERT INTO orders (user_id, status, currency, subtotal, discount, total, code,
                        expires_at, version, created_at)
    SELECT id, '{0}', 'EUR', {1}, {2}, {3}, NULL, now(), 1, now() FROM users
"""
A_DISCOUNT = """
    INSERT INTO discounts (code, kind, value, currency, min_subtotal, starts_at,
                           ends_at, max_redemptions, redeemed)
    VALUES {0}
"""
ZONED = "data_type = 'timestamp with time zone'"
UNIQUE = {
    *(
        "products sku",
        "stock product_id",
        "discounts code",
        "payments attempt order_id",
    ),
    *("order_lines order_id product_id", "idempotency_keys key user_id"),
}
KEYS = {
    *("stock.product_id products", "stock_movements.product_id products"),
    *("stock_movements.order_id orders", "orders.user_id users"),
    *("order_lines.order_id orders", "order_lines.product_id products"),
    *("payments.order_id orders", "idempotency_keys.user_id users"),
}
AMOUNTS = {
    *("products.price_minor", "discounts.value", "discounts.min_subtotal"),
    *("orders.subtotal", "orders.discount", "orders.total", "order_lines.unit_price"),
    *("order_lines.line_discount", "order_lines.line_total"),
}
TIMES = {
    *("products.created_at", "stock_movements.created_at", "discounts.starts_at"),
    *("discounts.ends_at", "orders.expires_at", "orders.created_at"),
}
OLD = "(SELECT id FROM products WHERE sku = 'OLD-1')"


async def test_every_price_is_exact(legacy: Legacy) -> None:
    """Every price from 0.00 to 999.99, and dearer ones, is exact in minor units."""
    legacy.must_be_upgraded()
    db = legacy.database
    columns = await column_names(db, "products")
    expect.true("columns", columns >= NEW, expected=sorted(NEW), got=sorted(columns))

    expect.equal("rows", await db.count("products"), PRODUCTS, table="products")
    wrong = await db.execute(
        f"SELECT {CENTS}, price_minor FROM products"
        f" WHERE price_minor IS DISTINCT FROM {CENTS} ORDER BY 1 LIMIT 3"
    )
    expect.equal("prices_exact", [list(row) for row in wrong], [])
    kept = await db.count(
        "products",
        "currency = 'EUR' AND active AND version = 1 AND name <> ''"
        " AND created_at < '2024-03-01'",
    )
    expect.equal("rows_carried", kept, PRODUCTS)
    gone = not {"price", "quantity"} & columns
    expect.true("old_columns_gone", gone, got=sorted(columns))


async def test_stock_opens_with_movements(legacy: Legacy) -> None:
    """Quantities become stock, NULL as 0, and movements sum to it."""
    legacy.must_be_upgraded()
    db = legacy.database

    right = await db.value(
        f"SELECT count(*) FROM (SELECT {CENTS} AS n, id FROM products) p"
        f" JOIN stock s ON s.product_id = p.id WHERE s.reserved = 0 AND n < {PRICES}"
        f" AND s.on_hand = {QUANTITY}"
    )
    expect.equal("stock_carried", right, PRICES)
    total = await db.value("SELECT sum(on_hand) FROM stock")
    moved = await db.value(
        "SELECT sum(m) FROM (SELECT product_id, sum(on_hand_change) AS m"
        " FROM stock_movements GROUP BY 1) x JOIN stock s USING (product_id)"
        " WHERE m = s.on_hand"
    )
    expect.equal("movements", int(moved or 0), int(total))
    held = await db.value(
        "SELECT coalesce(sum(reserved_change), 0) FROM stock_movements"
    )
    expect.equal("movements", int(held), 0)


async def test_constraints_guard_the_tables(legacy: Legacy) -> None:
    """The database itself refuses an oversell, negative amounts and unknown states."""
    legacy.must_be_upgraded()
    for change in (
        f"UPDATE stock SET reserved = on_hand + 1 WHERE product_id = {OLD}",
        f"UPDATE stock SET on_hand = -1, reserved = -1 WHERE product_id = {OLD}",
        f"UPDATE stock SET reserved = -1 WHERE product_id = {OLD}",
        "UPDATE products SET price_minor = -1 WHERE sku = 'OLD-1'",
        "UPDATE products SET price_minor = NULL WHERE sku = 'OLD-1'",
        "UPDATE products SET sku = 'OLD-2' WHERE sku = 'OLD-1'",
        AN_ORDER.format("pending", 100, 101, -1),
        AN_ORDER.format("pending", 100, 10, 91),
        AN_ORDER.format("pending", 100, 10, 89),
        AN_ORDER.format("pending", 100, 0, 99),
        AN_ORDER.format("lost", 100, 10, 90),
        A_DISCOUNT.format("('A', 'percent', 1, NULL, 0, NULL, NULL, 2, 3)"),
        A_DISCOUNT.format("('A', 'percent', 1, NULL, 0, NULL, NULL, 2, -1)"),
        A_DISCOUNT.format("('A', 'gift', 1, NULL, 0, NULL, NULL, 2, 0)"),
        A_DISCOUNT.format(
            "('A', 'percent', 1, NULL, 0, NULL, NULL, 2, 0),"
            " ('A', 'percent', 1, NULL, 0, NULL, NULL, 2, 0)"
        ),
    ):
        shown = " ".join(change.split())
        expect.true("constraint", await refused(legacy.database, change), got=shown)


async def test_tables_are_as_described(legacy: Legacy) -> None:
    """Keys, BIGINT amounts and times with a zone are as the page describes them."""
    legacy.must_be_upgraded()
    db = legacy.database

    for what, described, found in (
        ("UNIQUE", UNIQUE, await unique_keys(db)),
        ("FOREIGN KEY", KEYS, await foreign_keys(db)),
        ("BIGINT", AMOUNTS, await columns_where(db, "data_type = 'bigint'")),
        ("timestamptz", TIMES, await columns_where(db, ZONED)),
    ):
        missing = sorted(described - found)
        expect.equal("missing_in_schema", missing, [], what=what)


async def test_models_and_migrations_agree(world: World, legacy: Legacy) -> None:
    """`alembic check` finds nothing left to migrate."""
    legacy.must_be_upgraded()

    ran = world.migrate(legacy.database, ["check"])

    expect.true(
        "alembic_check",
        ran.ok,
        expected="alembic check",
        got=(ran.err + ran.out)[-600:],
    )


async def test_down_and_up_again(world: World) -> None:
    """`downgrade 0001` gives prices and quantities back; then up again."""
    legacy = await migrated(world, SMALL)
    legacy.must_be_upgraded()
    db = legacy.database
    await db.execute("UPDATE products SET active = false WHERE sku = 'OLD-29'")
    await db.execute("UPDATE stock SET reserved = 2 WHERE on_hand = 3")

    down = world.migrate(db, ["downgrade", "0001"])

    expect.true("migration", down.ok, expected="downgrade 0001", got=down.exception())
    columns = await column_names(db, "products")
    back = {"price", "quantity"} <= columns and not columns & NEW
    expect.true("old_columns_back", back, got=sorted(columns))
    rows = await db.execute(
        # What was NULL came to be 0; it may be either again, what was 0 may not.
        "SELECT sku, name, (price * 100)::text::numeric::float,"
        " CASE WHEN sku = 'OLD-29' THEN coalesce(quantity, 0) ELSE quantity END"
        " FROM products ORDER BY sku"
    )
    got = [list(row) for row in rows]
    old = [
        ["OLD-1999", "Old", 1999, 3],
        ["OLD-29", "Old", 29, 0],
        ["OLD-500", "Old", 500, 0],
    ]
    expect.equal("products_back", got, old)
    up = world.migrate(db, ["upgrade", "head"], ["check"])
    expect.true("migration", up.ok, expected="upgrade head", got=up.exception())
    exact = await db.count("products", f"price_minor = {CENTS}")
    expect.equal("rows", exact, 3, table="products")
    await db.close()


async def test_old_products_are_served(world: World, legacy: Legacy) -> None:
    """The app serves an old product with its price and its stock."""
    legacy.must_be_upgraded()
    server = world.server(legacy.database)
    server.start()
    reader = server.client()

    for cents, left in ((1999, 49), *DEARER):
        row = "SELECT id::text FROM products WHERE sku = %s"
        product_id = await legacy.database.value(row, f"OLD-{cents}")
        reply = await reader.get(f"/v1/products/{product_id}")
        expect.status(reply, 200)
        expect.fields(body(reply), sku=f"OLD-{cents}", price_minor=cents)
        expect.fields(body(reply), currency="EUR", available=left)
    newest = await reader.get("/v1/products", params={"limit": len(DEARER)})
    expect.status(newest, 200)
    listed = sorted(p["price_minor"] for p in body(newest)["items"])
    expect.listed(listed, sorted(cents for cents, _ in DEARER), "price_minor")
    await server.close()
