"""People in rooms: who is here, who writes, who must go, who sends too much."""

from typing import Any

from .conftest import Open, Person, Serve, make_room


async def test_presence_is_by_user(
    ann: Person, ben: Person, room: str, connect: Open
) -> None:
    hers = await connect(ann, room)
    tabs = [await connect(ben, room) for _ in range(2)]
    await hers.next("presence", user_id=ben.id, status="online")
    online = (await ann.call("GET", f"/rooms/{room}/presence")).json()["online"]
    assert sorted(online) == sorted([ann.id, ben.id])

    await tabs[0].send("unsubscribe", room_id=room)
    await tabs[0].ask("ping")
    await hers.say(room)
    assert [f for f in hers.unread if f["type"] == "presence"] == []
    await tabs[1].close()

    await hers.next("presence", user_id=ben.id, status="offline")
    await hers.ask("ping")
    assert [f for f in hers.unread if f.get("user_id") == ben.id] == []


async def test_quick_return_is_silent(serve: Serve, enter: Any, connect: Open) -> None:
    async with serve(presence_grace_s=60) as client:
        ann, ben = await enter(client, "ann"), await enter(client, "ben")
        room = await make_room(ann, ben)
        hers, tab = await connect(ann, room), await connect(ben, room)
        await hers.next("presence", user_id=ben.id, status="online")
        for kind in ("unsubscribe", "subscribe"):
            await tab.send(kind, room_id=room)
        await tab.ask("ping")

        await hers.ask("ping")

        assert [f for f in hers.unread if f.get("user_id") == ben.id] == []


async def test_typing_passes(
    ann: Person, ben: Person, room: str, connect: Open
) -> None:
    hers, tab = await connect(ann, room), await connect(ben, room)

    await hers.send("typing", room_id=room)

    assert (await tab.next("typing", room_id=room))["user_id"] == ann.id
    await hers.ask("ping")
    assert [f for f in hers.unread if f["type"] == "typing"] == []


async def test_kick_ends_subscriptions(
    ann: Person, ben: Person, room: str, connect: Open
) -> None:
    hers, tab = await connect(ann, room), await connect(ben, room)

    removed = await ann.call("DELETE", f"/rooms/{room}/members/{ben.id}")

    assert removed.status_code == 204
    await tab.next("kicked", room_id=room)
    await hers.say(room)
    assert await tab.seqs() == []
    assert (await tab.say(room))["code"] == "not_found"


async def test_rate_is_limited_by_user(serve: Serve, enter: Any, connect: Open) -> None:
    async with serve(rate_per_s=2) as client:
        ann, ben = await enter(client, "ann"), await enter(client, "ben")
        room = await make_room(ann, ben)
        tabs = [await connect(ann) for _ in range(2)]
        answers = [await tabs[n % 2].say(room) for n in range(8)]
        refused = [a for a in answers if a.get("code") == "rate_limited"]
        assert len(refused) >= 2
        assert (await (await connect(ben)).say(room))["type"] == "ack"
        reply = await ann.call("GET", f"/rooms/{room}/messages")
        assert len(reply.json()["items"]) == 9 - len(refused)


async def test_gauge_counts_open_sockets(
    serve: Serve, enter: Any, connect: Open
) -> None:
    async with serve() as client:
        person = await enter(client, "ann")
        tabs = [await connect(person) for _ in range(3)]
        text = (await client.get("/metrics")).text
        assert "ws_connections 3.0" in text
        for tab in tabs:
            await tab.close()
