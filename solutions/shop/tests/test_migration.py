"""Prices become integers, to the cent, and can go back."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from shop.tests.databases import migrate

SEED = """
    INSERT INTO products (sku, name, price, quantity, created_at)
    SELECT 'OLD-' || n, 'Old', round(n / 100.0, 2), nullif(n % 5, 0), now()
    FROM generate_series(0, 999) AS n
"""
CENTS = "price_minor = substr(sku, 5)::bigint AND currency = 'EUR' AND version = 1"


def count(db: Engine, condition: str, table: str = "products") -> int:
    with db.connect() as connection:
        query = text(f"SELECT count(*) FROM {table} WHERE {condition}")
        return connection.scalar(query) or 0


def test_every_price_survives_both_ways(legacy: Engine) -> None:
    with legacy.begin() as connection:
        connection.execute(text(SEED))

    migrate(legacy, "head")

    assert count(legacy, CENTS) == 1000
    assert count(legacy, "on_hand > 0 AND reserved = 0", "stock") == 800
    moved = "on_hand_change = (SELECT on_hand FROM stock s WHERE s.product_id ="
    assert count(legacy, f"{moved} m.product_id)", "stock_movements m") == 800
    migrate(legacy, "0001", down=True)
    assert count(legacy, "price * 100 = substr(sku, 5)::bigint") == 1000
    migrate(legacy, "head")
    assert count(legacy, CENTS) == 1000


def test_database_itself_refuses_an_oversell(legacy: Engine) -> None:
    with legacy.begin() as connection:
        connection.execute(text(SEED))
    migrate(legacy, "head")

    with pytest.raises(IntegrityError), legacy.begin() as connection:
        connection.execute(text("UPDATE stock SET reserved = on_hand + 1"))
