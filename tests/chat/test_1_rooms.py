"""Stage 1: who may see, join, add, change and remove."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.database import Database
from tests.chat.gates import unwritable
from tests.chat.helpers import a_room, add, raw_json, unique


async def rooms_of(reader: Client, limit: int = 100) -> list[Fields]:
    """All rooms that somebody sees, by all pages of the list."""
    found: list[Fields] = []
    cursor: str | None = None
    for _ in range(100):
        params: dict[str, Any] = {"limit": limit}
        if cursor:
            params["cursor"] = cursor
        reply = await reader.get("/v1/rooms", params=params)
        expect.status(reply, 200)
        page = body(reply)
        expect.at_most("page_sizes", len(page["items"]), limit)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return found


def member(room: str, who: Client) -> str:
    return f"/v1/rooms/{room}/members/{who.id}"


async def test_new_room_belongs_to_its_maker(
    alice: Client, bob: Client, anonymous: Client
) -> None:
    """A new room has the fields of the shape, and its maker is the owner."""
    name = unique("房间")

    reply = await alice.post("/v1/rooms", json={"name": name, "last_seq": 7})

    expect.status(reply, 201)
    room = body(reply)
    expect.fields(room, name=name, kind="public", role="owner")
    expect.true("string_id", isinstance(room["id"], str), got=room["id"])
    made = datetime.fromisoformat(room["created_at"])
    expect.true("offset", made.tzinfo, field="created_at", got=room["created_at"])
    (listed,) = [r for r in await rooms_of(bob) if r["id"] == room["id"]]
    expect.fields(listed, name=name, role=None)
    for refused in (
        await anonymous.post("/v1/rooms", json={"name": name}),
        await anonymous.get("/v1/rooms"),
        await anonymous.post(f"/v1/rooms/{room['id']}/join"),
    ):
        expect.problem(refused, 401)


async def test_list_holds_public_rooms_and_ones_own(
    alice: Client, bob: Client, admin: Client, db: Database
) -> None:
    """The list holds public rooms and one's own, newest first, also page by page."""
    rooms = [
        await a_room(alice, kind=kind)
        for kind in ("public", "private", "public", "private", "public")
    ]
    await add(alice, rooms[3], bob)
    # Three of one instant: wherever pages of two end, one ends among these.
    instants = dict(zip(rooms, (0, 1, 2, 2, 2), strict=True))
    await a_microsecond_apart(db, instants)

    for reader, visible in ((alice, rooms), (bob, [rooms[n] for n in (0, 2, 3, 4)])):
        found = [room["id"] for room in await rooms_of(reader, limit=2)]
        mine = [room for room in found if room in rooms]
        expect.listed(sorted(mine, key=rooms.index), visible, "id")
        # Rooms of one instant come in any order.
        order = [instants[room] for room in mine]
        expect.listed(order, sorted(order, reverse=True), "created_at")
    seen = {room["id"] for room in await rooms_of(admin)}
    expect.listed([room for room in rooms if room in seen], rooms[::2], "id")
    for limit in (0, 101):
        refused = await bob.get("/v1/rooms", params={"limit": limit})
        expect.problem(refused, 422)
    bad = await bob.get("/v1/rooms", params={"cursor": "nonsense"})
    expect.problem(bad, 422, "invalid_cursor")


async def a_microsecond_apart(db: Database, instants: dict[str, int]) -> None:
    """Let rooms be made some microseconds after a moment, within a millisecond."""
    first = await db.value("SELECT date_trunc('second', now())")
    for room, number in instants.items():
        await db.execute(
            "UPDATE rooms SET created_at = %s + %s * interval '1 microsecond'"
            " WHERE id::text = %s",
            first,
            number,
            room,
        )


async def test_limits_of_rooms(alice: Client) -> None:
    """Names of 1–80 characters and two kinds are taken, the rest is 422."""
    for good in ("x", "房" * 80, "👋" * 80):
        reply = await alice.post("/v1/rooms", json={"name": good})
        expect.status(reply, 201)
        expect.fields(body(reply), name=good)
    for field, value in (
        ("name", ""),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("kind", "secret"),
    ):
        sent: dict[str, Any] = {"name": "A room", field: value}
        reply = await alice.post("/v1/rooms", json=sent)
        expect.problem(reply, 422, "validation_error")
        expect.names_field(reply, field)
    half = await alice.post("/v1/rooms", **raw_json({"name": "a\ud83d"}))
    expect.problem(half, 422, "validation_error")
    expect.names_field(half, "name")


async def test_joining(alice: Client, bob: Client, admin: Client) -> None:
    """Public rooms can be joined, and joining again changes nobody's role."""
    public, private = await a_room(alice), await a_room(alice, kind="private")

    for _ in range(2):
        reply = await bob.post(f"/v1/rooms/{public}/join")
        expect.status(reply, 200)
        expect.fields(body(reply), id=public, role="member")
    for room in (public, private):
        again = await alice.post(f"/v1/rooms/{room}/join")
        expect.status(again, 200)
        expect.fields(body(again), role="owner")

    for stranger in (bob, admin):
        refused = await stranger.post(f"/v1/rooms/{private}/join")
        expect.problem(refused, 404, "not_found")


async def test_owners_decide_who_is_in(
    alice: Client, bob: Client, carol: Client, admin: Client
) -> None:
    """Owners add, promote and remove; members may do none of it, but may leave."""
    room = await a_room(alice)

    bad = await alice.put(member(room, bob), json={"role": "boss"})
    expect.problem(bad, 422, "validation_error")
    # Without a role it is that of a member.
    for sent in ({}, {"role": "member"}):
        added = await alice.put(member(room, bob), json=sent)
        expect.status(added, 200)
        expect.fields(body(added), room_id=room, user_id=bob.id, role="member")
    # Whom problem 1 calls an admin is a member here, like anybody.
    expect.status(await admin.post(f"/v1/rooms/{room}/join"), 200)
    for who in (bob, admin):
        for refused in (
            await who.put(member(room, carol), json={"role": "member"}),
            await who.put(member(room, bob), json={"role": "owner"}),
            await who.delete(member(room, alice)),
        ):
            expect.problem(refused, 403, "forbidden")
    await add(alice, room, carol)
    expect.status(await carol.delete(member(room, carol)), 204)
    promoted = await alice.put(member(room, bob), json={"role": "owner"})
    expect.fields(body(promoted), role="owner")
    expect.status(await bob.put(member(room, carol), json={"role": "member"}), 200)
    expect.status(await bob.delete(member(room, carol)), 204)
    expect.problem(await bob.delete(member(room, carol)), 404, "not_found")
    expect.status(await bob.delete(member(room, bob)), 204)
    unknown = await alice.put(f"/v1/rooms/{room}/members/nobody", json={})
    expect.problem(unknown, 404, "not_found")


async def test_outsiders_find_no_room(
    alice: Client, bob: Client, admin: Client
) -> None:
    """Outsiders get 404 for everything but joining, as for a room that is not there."""
    for room in (
        await a_room(alice),
        await a_room(alice, kind="private"),
        "987654321",
        "no-room",
    ):
        for refused in (
            await bob.put(member(room, bob), json={"role": "owner"}),
            await bob.delete(member(room, alice)),
            await bob.delete(member(room, bob)),
            # Whom problem 1 calls an admin is a stranger here, like anybody.
            await admin.put(member(room, bob), json={"role": "owner"}),
            await admin.delete(member(room, alice)),
        ):
            expect.problem(refused, 404, "not_found")
    for nowhere in ("987654321", "no-room"):
        joined = await bob.post(f"/v1/rooms/{nowhere}/join")
        expect.problem(joined, 404, "not_found")


async def test_last_owner_stays(alice: Client, bob: Client) -> None:
    """The last owner can neither leave nor be demoted: 409 `last_owner`."""
    alone, shared = await a_room(alice), await a_room(alice, bob)

    for room in (alone, shared):
        left = await alice.delete(member(room, alice))
        expect.problem(left, 409, "last_owner")
        demoted = await alice.put(member(room, alice), json={"role": "member"})
        expect.problem(demoted, 409, "last_owner")
    expect.status(await alice.put(member(shared, alice), json={"role": "owner"}), 200)


Change = Callable[[str, Client], Awaitable[httpx.Response]]


async def leaves(room: str, who: Client) -> httpx.Response:
    return await who.delete(member(room, who))


async def steps_down(room: str, who: Client) -> httpx.Response:
    return await who.put(member(room, who), json={"role": "member"})


async def test_two_owners_cannot_both_leave(
    alice: Client, bob: Client, db: Database
) -> None:
    """Of two owners who leave or step down at one moment, one stays: 409."""
    pairs: list[tuple[Change, Change, list[int]]] = [
        (leaves, leaves, [204]),
        (steps_down, steps_down, [200]),
        (leaves, steps_down, [200, 204]),
    ]
    for hers, his, done in pairs:
        room = await a_room(alice, bob)
        promoted = await alice.put(member(room, bob), json={"role": "owner"})
        expect.status(promoted, 200)

        # Whatever each of them locks, both have counted when the gate opens.
        async with unwritable(db, "memberships") as gate:
            calls = [hers(room, alice), his(room, bob)]
            changes = [asyncio.ensure_future(call) for call in calls]
            await gate.waiting(2, changes)
        replies = await asyncio.gather(*changes)

        first = min(replies, key=lambda reply: reply.status_code)
        expect.status(first, *done)
        expect.statuses(replies, first.status_code, 409)
        owned = "room_id::text = %s AND role = 'owner'"
        owners = await db.count("memberships", owned, room)
        expect.equal("rows", owners, 1, table="memberships")
