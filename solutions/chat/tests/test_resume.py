"""Resume: what was missed, once, and then what is new."""

from typing import Any

from .conftest import Open, Person, Serve, make_room


async def test_missed_messages_are_replayed(
    ann: Person, ben: Person, room: str, connect: Open
) -> None:
    hers = await connect(ann)
    for _ in range(4):
        await hers.say(room)
    tab = await connect(ben)

    answer = await tab.ask("subscribe", room_id=room, last_seq=1)
    await hers.say(room)

    assert (answer["recovered"], answer["last_seq"]) == (True, 4)
    assert await tab.seqs() == [2, 3, 4, 5]


async def test_without_a_number_live_begins_now(
    ann: Person, ben: Person, room: str, connect: Open
) -> None:
    hers = await connect(ann)
    await hers.say(room)
    tab = await connect(ben)

    answer = await tab.ask("subscribe", room_id=room)
    await hers.say(room)

    assert (answer["recovered"], answer["last_seq"]) == (False, 1)
    assert await tab.seqs() == [2]


async def test_recovery_has_limits(serve: Serve, enter: Any, connect: Open) -> None:
    async with serve(recovery_max=2) as client:
        person = await enter(client, "ann")
        room = await make_room(person)
        tab = await connect(person)
        for _ in range(3):
            await tab.say(room)
        for seen, recovered, replayed in (
            (1, True, [2, 3]),
            (0, False, []),
            (3, True, []),
            (4, False, []),
        ):
            tab = await connect(person)
            answer = await tab.ask("subscribe", room_id=room, last_seq=seen)
            assert answer["recovered"] == recovered
            assert await tab.seqs() == replayed


async def test_read_marker_goes_forward_only(
    ann: Person, room: str, connect: Open
) -> None:
    tab = await connect(ann)
    for _ in range(3):
        await tab.say(room)

    for sent, stands in ((2, 2), (1, 2), (9, 3)):
        reply = await ann.call("PUT", f"/rooms/{room}/read", seq=sent)
        assert reply.json()["last_read_seq"] == stands
