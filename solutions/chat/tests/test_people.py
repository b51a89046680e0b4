"""People in rooms: who is here, who writes, who must go, who sends too much."""

from .conftest import Serve, enter
from .speaking import App, Person


async def test_presence_is_by_user(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    hers = await app.connect(ann, room)
    tabs = [await app.connect(ben, room) for _ in range(2)]
    await hers.next("presence", user_id=ben.id, status="online")
    online = (await app.call(ann, "GET", f"/rooms/{room}/presence")).json()["online"]
    assert sorted(online) == sorted([ann.id, ben.id])

    await tabs[0].send("unsubscribe", room_id=room)
    await tabs[0].ask("ping")
    await hers.say(room)
    assert [f for f in hers.unread if f["type"] == "presence"] == []
    await tabs[1].close()

    await hers.next("presence", user_id=ben.id, status="offline")
    await hers.ask("ping")
    assert [f for f in hers.unread if f.get("user_id") == ben.id] == []


async def test_quick_return_is_silent(serve: Serve) -> None:
    async with serve(presence_grace_s=60) as app:
        ann, ben = await enter(app, "ann"), await enter(app, "ben")
        room = await app.make_room(ann, ben)
        hers, tab = await app.connect(ann, room), await app.connect(ben, room)
        await hers.next("presence", user_id=ben.id, status="online")
        for kind in ("unsubscribe", "subscribe"):
            await tab.send(kind, room_id=room)
        await tab.ask("ping")

        await hers.ask("ping")

        assert [f for f in hers.unread if f.get("user_id") == ben.id] == []


async def test_typing_passes(ann: Person, ben: Person, room: str, app: App) -> None:
    hers, tab = await app.connect(ann, room), await app.connect(ben, room)

    await hers.send("typing", room_id=room)

    assert (await tab.next("typing", room_id=room))["user_id"] == ann.id
    await hers.ask("ping")
    assert [f for f in hers.unread if f["type"] == "typing"] == []


async def test_kick_ends_subscriptions(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    hers, tab = await app.connect(ann, room), await app.connect(ben, room)

    removed = await app.call(ann, "DELETE", f"/rooms/{room}/members/{ben.id}")

    assert removed.status_code == 204
    await tab.next("kicked", room_id=room)
    await hers.say(room)
    assert await tab.seqs() == []
    assert (await tab.say(room))["code"] == "not_found"


async def test_rate_is_limited_by_user(serve: Serve) -> None:
    async with serve(rate_per_s=2) as app:
        ann, ben = await enter(app, "ann"), await enter(app, "ben")
        room = await app.make_room(ann, ben)
        tabs = [await app.connect(ann) for _ in range(2)]
        answers = [await tabs[n % 2].say(room) for n in range(8)]
        refused = [a for a in answers if a.get("code") == "rate_limited"]
        assert len(refused) >= 2
        assert (await (await app.connect(ben)).say(room))["type"] == "ack"
        reply = await app.call(ann, "GET", f"/rooms/{room}/messages")
        assert len(reply.json()["items"]) == 9 - len(refused)


async def test_gauge_counts_open_sockets(serve: Serve) -> None:
    async with serve() as app:
        person = await enter(app, "ann")
        tabs = [await app.connect(person) for _ in range(3)]
        text = (await app.client.get("/metrics")).text
        assert "ws_connections 3.0" in text
        for tab in tabs:
            await tab.close()
