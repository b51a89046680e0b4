"""Stage 1: products, their stock, and money that is an integer or nothing."""

import asyncio
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.database import Database
from tests.shop.books import stock_is, stock_of
from tests.shop.helpers import a_product, available, moment, product, put_stock, unique
from tests.shop.lists import at_one_moment, no_such_page, pages, sql_does_not_grow

NOT_AMOUNTS: tuple[Any, ...] = (
    *(-1, 1_000_000_001, 1.0, 12.5, "12", "12.50", True, None, [1], 10**30),
)


async def test_create_then_read(admin: Client, anonymous: Client) -> None:
    """A new product answers 201 with all fields, `Location` and ETag; there it is."""
    sent = product(price_minor=1250)

    reply = await admin.post("/v1/products", json=sent)

    expect.status(reply, 201)
    made = body(reply)
    expect.fields(made, **sent, active=True, version=1, available=0)
    expect.true("id_string", isinstance(made["id"], str), got=made["id"])
    moment(made, "created_at")
    location = f"/v1/products/{made['id']}"
    expect.equal("location", expect.header(reply, "location"), location)
    expect.header(reply, "etag")
    read = await anonymous.get(location)
    expect.status(read, 200)
    expect.equal("same_product", body(read), made)
    unknown = await anonymous.get("/v1/products/no-such-id")
    expect.problem(unknown, 404, "not_found")
    forward = product(version=7, id="9", available=5)
    other = await admin.post("/v1/products", json=forward)
    if other.status_code != 422:  # A strict app refuses what is not the client's.
        expect.status(other, 201)
        expect.fields(body(other), version=1, available=0)


async def test_money_is_strict(admin: Client) -> None:
    """0 and 1000000000 are prices; `1.0`, `"1"`, `true`, -1 and the like are 422."""
    for price in (0, 1_000_000_000):
        made = await a_product(admin, 0, price_minor=price)
        expect.fields(made, price_minor=price)
    for price in NOT_AMOUNTS:
        reply = await admin.post("/v1/products", json=product(price_minor=price))
        expect.problem(reply, 422, "validation_error")
        expect.names_field(reply, "price_minor")
    made = await a_product(admin, 0)
    etag = {"if-match": "*"}
    path = f"/v1/products/{made['id']}"
    for price in NOT_AMOUNTS[:-3]:
        if price is not None:
            reply = await admin.patch(path, json={"price_minor": price}, headers=etag)
            expect.problem(reply, 422, "validation_error")


async def test_limits(admin: Client) -> None:
    """`sku`, `name` and `currency` keep their limits; a doubled `sku` is 409."""
    sku = unique("A-1")
    good: list[dict[str, Any]] = [
        {"sku": sku},
        {"sku": unique("X" * 35)[:40]},
        {"name": "n"},
        {"name": "名" * 200},
        {"currency": "JPY"},
        {"active": False},
    ]
    for fields in good:
        made = await admin.post("/v1/products", json=product(**fields))
        expect.status(made, 201)
        expect.fields(body(made), **fields)
    for name, value in (
        *(("sku", ""), ("sku", "X" * 41), ("sku", "abc"), ("sku", "A B"), ("name", "")),
        *(("name", "n" * 201), ("currency", "EURO"), ("currency", "eur")),
    ):
        reply = await admin.post("/v1/products", json=product(**{name: value}))
        expect.problem(reply, 422, "validation_error")
        expect.names_field(reply, name)
    twin = await admin.post("/v1/products", json=product(sku=sku))
    expect.problem(twin, 409, "sku_taken")


async def test_only_admins_write(
    admin: Client, alice: Client, anonymous: Client
) -> None:
    """A write to the catalogue is 401 without a token and 403 for a user."""
    path = f"/v1/products/{(await a_product(admin, 0))['id']}"
    stock = {"on_hand": 5, "expected_on_hand": 0}
    for who, code in ((anonymous, 401), (alice, 403)):
        replies = [
            await who.post("/v1/products", json=product()),
            await who.patch(path, json={"name": "X"}, headers={"if-match": "*"}),
            await who.put(f"{path}/stock", json=stock),
        ]
        for reply in replies:
            expect.problem(reply, code)
    expect.equal("available", await available(anonymous, path.split("/")[-1]), 0)


async def test_list_walks_active_products(
    admin: Client, anonymous: Client, db: Database
) -> None:
    """The list shows active products, newest first, each once, while others come."""
    made = [await a_product(admin, 0, active=n != 3) for n in range(7)]
    shown = [p["id"] for p in reversed(made) if p["active"]]

    first = body(await anonymous.get("/v1/products", params={"limit": 2}))
    await a_product(admin, 0)
    params = {"limit": 100, "cursor": first["next_cursor"]}
    rest = body(await anonymous.get("/v1/products", params=params))

    walked = [p["id"] for p in [*first["items"], *rest["items"]]]
    expect.listed(walked[: len(shown)], shown, "id")
    # Products of one moment lie across the ends of pages.
    await at_one_moment(db, "products", made)
    everything = [p["id"] for p in await pages(anonymous, "/v1/products", 1, 4)]
    expect.equal("list_twice", len(everything), len(set(everything)))
    expect.listed(sorted(everything[: len(shown)]), sorted(shown), "id")
    full = {"limit": len(everything)}
    last = body(await anonymous.get("/v1/products", params=full))
    expect.fields(last, next_cursor=None)
    read = await anonymous.get(f"/v1/products/{made[3]['id']}")
    expect.fields(body(read), active=False)
    await no_such_page(anonymous, "/v1/products")


async def test_list_sql_is_constant(
    admin: Client, anonymous: Client, db: Database
) -> None:
    """50 products need as many SQL statements as 5; a page has 20 by default."""
    while len(await pages(anonymous, "/v1/products", 1, 100)) < 50:
        await asyncio.gather(*(a_product(admin, 3) for _ in range(5)))

    default = body(await anonymous.get("/v1/products"))
    expect.equal("page_sizes", len(default["items"]), 20)

    await sql_does_not_grow(db, anonymous, "/v1/products", 5, 50)


async def test_edits_need_a_match(admin: Client, db: Database) -> None:
    """PATCH without If-Match is 428, with an old ETag 412; `version` grows."""
    made = await a_product(admin, 3)
    path = f"/v1/products/{made['id']}"
    etag = expect.header(await admin.get(path), "etag")

    expect.problem(await admin.patch(path, json={"name": "X"}), 428)
    first = await patch(admin, path, f'"x", {etag}', name="Jug")
    expect.status(first, 200)
    expect.fields(body(first), name="Jug", sku=made["sku"], price_minor=1000)
    fixed = await patch(admin, path, "*", sku=unique("SKU"), currency="USD")
    expect.status(fixed, 200, 422)
    expect.fields(body(await admin.get(path)), sku=made["sku"], currency="EUR")
    expect.true("version_grows", body(first)["version"] > 1, got=body(first)["version"])
    expect.header(first, "etag")
    outdated = await patch(admin, path, etag, name="Cup")
    expect.problem(outdated, 412, "precondition_failed")
    await missing_fields_stay(admin, path, etag, body(first))
    await only_one_edit_passes(admin, path, db)
    missing = await patch(admin, "/v1/products/no-such-id", "*", name="X")
    expect.problem(missing, 404, "not_found")


# Each field alone, and the others again while a product is not sold.
CHANGES: tuple[dict[str, Any], ...] = (
    *({"price_minor": 5}, {"active": False}, {"name": "Pot"}, {"price_minor": 6}),
    *({"name": "Pan", "price_minor": 7}, {"active": True}),
)


async def missing_fields_stay(
    admin: Client, path: str, etag: str, before: Fields
) -> None:
    """An edit changes what it names, the version and the ETag, and nothing else."""
    stays = ("id", "sku", "currency", "created_at", "available")
    shown = {name: before[name] for name in (*stays, "name", "price_minor", "active")}
    version = before["version"]
    for changes in CHANGES:
        read = await admin.get(path)
        expect.fields(body(read), **shown)
        newer = expect.header(read, "etag")
        expect.true("etag_changes", newer != etag, got=newer)
        changed = await patch(admin, path, newer, **changes)
        expect.status(changed, 200)
        shown |= changes
        expect.fields(body(changed), **shown)
        grown = body(changed)["version"]
        expect.true("version_grows", grown > version, expected=version, got=grown)
        etag, version = newer, grown
    expect.fields(body(await admin.get(path)), **shown)


async def only_one_edit_passes(admin: Client, path: str, db: Database) -> None:
    """Of two edits with one ETag, which meet at the table, one is 412."""
    etag = expect.header(await admin.get(path), "etag")
    calls = [patch(admin, path, etag, name=name) for name in ("A", "B")]

    replies = await db.race(calls, "products")

    expect.statuses(replies, 200, 412)
    [won] = [body(reply) for reply in replies if reply.status_code == 200]
    expect.fields(body(await admin.get(path)), name=won["name"])


async def patch(admin: Client, path: str, match: str, **fields: Any) -> Any:
    return await admin.patch(path, json=fields, headers={"if-match": match})


async def test_new_price_shows_at_once(admin: Client, anonymous: Client) -> None:
    """After a PATCH the next read, alone and in the list, shows the new price."""
    made = await a_product(admin, 0)
    path = f"/v1/products/{made['id']}"
    for price in (999, 1001, 0):
        await anonymous.get(path)
        await anonymous.get("/v1/products")

        expect.status(await patch(admin, path, "*", price_minor=price), 200)

        expect.fields(body(await anonymous.get(path)), price_minor=price)
        listed = body(await anonymous.get("/v1/products"))["items"]
        [shown] = [p for p in listed if p["id"] == made["id"]]
        expect.fields(shown, price_minor=price)


async def test_stock_is_put(admin: Client, anonymous: Client, db: Database) -> None:
    """PUT of the stock shows at once; a wrong expectation or number changes nothing."""
    made: Fields = await a_product(admin, 0)
    path = f"/v1/products/{made['id']}/stock"
    await put_stock(admin, made["id"], 7)

    reply = await admin.put(path, json={"on_hand": 9, "expected_on_hand": 7})

    expect.status(reply, 200)
    expect.fields(
        body(reply), product_id=made["id"], on_hand=9, reserved=0, available=9
    )
    expect.equal("available", await available(anonymous, made["id"]), 9)
    wrong = await admin.put(path, json={"on_hand": 1, "expected_on_hand": 7})
    expect.problem(wrong, 409, "stock_conflict")
    for number in (-1, 1_000_001, 1.0, "5", True, None):
        bad = await admin.put(path, json={"on_hand": number, "expected_on_hand": 9})
        expect.problem(bad, 422, "validation_error")
        expect.names_field(bad, "on_hand")
        bad = await admin.put(path, json={"on_hand": 9, "expected_on_hand": number})
        expect.problem(bad, 422, "validation_error")
        expect.names_field(bad, "expected_on_hand")
    expect.equal("stock", list(await stock_of(db, made["id"])), [9, 0])
    data = {"on_hand": 1, "expected_on_hand": 0}
    missing = await admin.put("/v1/products/no-such-id/stock", json=data)
    expect.problem(missing, 404, "not_found")
    await stock_is(db, made["id"], 9, 0)
    await what_is_not_sold_has_stock(admin, db, made)


async def what_is_not_sold_has_stock(admin: Client, db: Database, made: Fields) -> None:
    """Products that were created inactive, or made so, can be counted too."""
    hidden = await a_product(admin, 0, active=False)
    off = await patch(admin, f"/v1/products/{made['id']}", "*", active=False)
    expect.status(off, 200)
    for product_id in (hidden["id"], made["id"]):
        before, _ = await stock_of(db, product_id)
        data = {"on_hand": 5, "expected_on_hand": before}
        reply = await admin.put(f"/v1/products/{product_id}/stock", json=data)
        expect.status(reply, 200)
        await stock_is(db, product_id, 5, 0)
