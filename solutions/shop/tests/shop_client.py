"""The shop as the tests use it: one method for each thing that people do."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import Engine, event, text

Json = dict[str, Any]
Serve = Callable[..., contextlib.AbstractAsyncContextManager[AsyncClient]]


def unique(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:12].upper()}"


def line(product: Json, qty: Any = 1) -> Json:
    return {"product_id": product["id"], "qty": qty}


class Shop:
    def __init__(self, client: AsyncClient, people: dict[str, Any], db: Engine) -> None:
        self.client = client
        self.people = people
        self.db = db

    async def send(
        self, method: str, path: str, who: str = "", key: str = "", **options: Any
    ) -> Response:
        headers = {**self.people.get(who, {}), **options.pop("headers", {})}
        if key:
            headers["Idempotency-Key"] = key
        return await self.client.request(method, path, headers=headers, **options)

    async def product(self, on_hand: int = 10, **fields: Any) -> Json:
        data = {"sku": unique("S"), "name": "Mug", "price_minor": 1000}
        data |= {"currency": "EUR"} | fields
        made = (await self.send("POST", "/v1/products", "admin", json=data)).json()
        if on_hand:
            assert (await self.put_stock(made, on_hand, 0)).status_code == 200
        return made  # type: ignore[no-any-return]

    async def put_stock(self, product: Json, on_hand: int, was: int) -> Response:
        data = {"on_hand": on_hand, "expected_on_hand": was}
        path = f"/v1/products/{product['id']}/stock"
        return await self.send("PUT", path, "admin", json=data)

    async def available(self, product: Json) -> int:
        reply = await self.send("GET", f"/v1/products/{product['id']}")
        return int(reply.json()["available"])

    async def discount(self, **fields: Any) -> str:
        code = unique("C").replace("-", "")
        data = {"code": code, "kind": "percent", "value": 1000} | fields
        reply = await self.send("POST", "/v1/discounts", "admin", json=data)
        assert reply.status_code == 201, reply.text
        return code

    async def quote(self, *lines: Json, **fields: Any) -> Response:
        return await self.send("POST", "/v1/quotes", json={"lines": lines} | fields)

    async def order(
        self, *lines: Json, who: str = "buyer", key: str = "", **fields: Any
    ) -> Response:
        data = {"lines": lines} | fields
        key = key or unique("key")
        return await self.send("POST", "/v1/orders", who, key, json=data)

    async def placed(self, *lines: Json, **fields: Any) -> Json:
        reply = await self.order(*lines, **fields)
        assert reply.status_code == 201, reply.text
        return reply.json()  # type: ignore[no-any-return]

    async def pay(self, order: Json, token: str, key: str = "") -> Response:
        path, data = f"/v1/orders/{order['id']}/pay", {"payment_token": token}
        return await self.send("POST", path, "buyer", key or unique("key"), json=data)

    async def step(self, order: Json, name: str, who: str = "admin") -> Response:
        return await self.send("POST", f"/v1/orders/{order['id']}/{name}", who)

    async def status(self, order: Json) -> str:
        reply = await self.send("GET", f"/v1/orders/{order['id']}", "buyer")
        return str(reply.json()["status"])

    def stock(self, product: Json) -> tuple[int, int]:
        """On hand and reserved; fails if the movements do not add up to them."""
        query = text(
            "SELECT on_hand, reserved, coalesce(sum(on_hand_change), 0),"
            " coalesce(sum(reserved_change), 0) FROM stock"
            " LEFT JOIN stock_movements USING (product_id)"
            " WHERE product_id::text = :id GROUP BY on_hand, reserved"
        )
        with self.db.connect() as connection:
            row = connection.execute(query, {"id": product["id"]}).one()
        assert tuple(row[:2]) == tuple(row[2:]), "movements and stock differ"
        return row[0], row[1]

    def value(self, query: str, **values: Any) -> Any:
        with self.db.connect() as connection:
            return connection.scalar(text(query), values)

    def redeemed(self, code: str) -> int:
        query = "SELECT redeemed FROM discounts WHERE code = :code"
        return int(self.value(query, code=code))

    async def race(
        self, table: str, *requests: Coroutine[Any, Any, Response]
    ) -> list[Response]:
        """Hold a table until the requests wait for it, then let them go together."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        # Autocommit: inside a transaction, every query would see the same moment.
        watching = self.db.execution_options(isolation_level="AUTOCOMMIT")
        with self.db.begin() as holder, watching.connect() as watcher:
            # In a thread: a transaction of this loop must be able to end meanwhile.
            lock = text(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            await asyncio.to_thread(holder.execute, lock)
            tasks = [asyncio.create_task(request) for request in requests]
            for _ in range(100):
                await asyncio.sleep(0.01)
                done = sum(task.done() for task in tasks)
                if (watcher.scalar(waiting) or 0) + done >= len(tasks):
                    break
        return await asyncio.gather(*tasks)

    @contextlib.contextmanager
    def counted_sql(self) -> Iterator[list[str]]:
        """Collect the statements that run inside a `with` block."""
        seen: list[str] = []

        def note(_c: object, _k: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)
