"""Resume: what was missed, once, and then what is new."""

from .conftest import Serve, enter
from .speaking import App, Person


async def test_missed_messages_are_replayed(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    hers = await app.connect(ann)
    for _ in range(4):
        await hers.say(room)
    tab = await app.connect(ben)

    answer = await tab.ask("subscribe", room_id=room, last_seq=1)
    await hers.say(room)

    assert (answer["recovered"], answer["last_seq"]) == (True, 4)
    assert await tab.seqs() == [2, 3, 4, 5]


async def test_without_a_number_live_begins_now(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    hers = await app.connect(ann)
    await hers.say(room)
    tab = await app.connect(ben)

    answer = await tab.ask("subscribe", room_id=room)
    await hers.say(room)

    assert (answer["recovered"], answer["last_seq"]) == (False, 1)
    assert await tab.seqs() == [2]


async def test_recovery_has_limits(serve: Serve) -> None:
    async with serve(recovery_max=2) as app:
        person = await enter(app, "ann")
        room = await app.make_room(person)
        tab = await app.connect(person)
        for _ in range(3):
            await tab.say(room)
        for seen, recovered, replayed in (
            (1, True, [2, 3]),
            (0, False, []),
            (3, True, []),
            (4, False, []),
        ):
            tab = await app.connect(person)
            answer = await tab.ask("subscribe", room_id=room, last_seq=seen)
            assert answer["recovered"] == recovered
            assert await tab.seqs() == replayed


async def test_read_marker_goes_forward_only(ann: Person, room: str, app: App) -> None:
    tab = await app.connect(ann)
    for _ in range(3):
        await tab.say(room)

    for sent, stands in ((2, 2), (1, 2), (9, 3)):
        reply = await app.call(ann, "PUT", f"/rooms/{room}/read", seq=sent)
        assert reply.json()["last_read_seq"] == stands
