"""Messages: everybody in the room, each once, in order, and only what is stored."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from .conftest import migrate, new_database
from .speaking import App, Person


async def test_message_reaches_every_tab(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    tabs = [await app.connect(person, room) for person in (ann, ben, ben)]

    ack = await tabs[0].say(room, client_msg_id="m", body="你好 👋")

    assert (ack["type"], ack["seq"]) == ("ack", 1)
    for tab in tabs:
        message = await tab.next("message", room_id=room, seq=1)
        assert (message["body"], message["author_id"]) == ("你好 👋", ann.id)
        assert message["client_msg_id"] == "m"
        assert await tab.seqs() == []


async def test_rooms_are_apart(ann: Person, room: str, app: App) -> None:
    other = await app.make_room(ann)
    tab = await app.connect(ann, other)
    await tab.say(room)
    assert await tab.seqs() == []
    await tab.say(other)
    assert await tab.seqs() == [1]

    await tab.send("unsubscribe", room_id=other)
    await tab.say(other)

    assert await tab.seqs() == []


async def test_strangers_hear_and_say_nothing(
    ann: Person, cai: Person, room: str, app: App
) -> None:
    hers, his = await app.connect(ann, room), await app.connect(cai)

    for answer in (await his.ask("subscribe", room_id=room), await his.say(room)):
        assert (answer["type"], answer["code"]) == ("error", "not_found")
    await hers.say(room)

    assert await hers.seqs() == [1]
    assert await his.seqs() == []
    assert (await app.call(cai, "GET", f"/rooms/{room}/messages")).status_code == 404


async def test_sending_by_rest_is_the_same(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    tab = await app.connect(ben, room)
    path = f"/rooms/{room}/messages"

    first = await app.call(ann, "POST", path, client_msg_id="a", body="one")
    again = await app.call(ann, "POST", path, client_msg_id="a", body="two")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await tab.seqs() == [1]


async def test_sending_twice_is_sending_once(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    tab, hers = await app.connect(ben, room), await app.connect(ann)

    numbers = [(await hers.say(room, client_msg_id="a"))["seq"] for _ in range(2)]

    assert numbers == [1, 1]
    assert await tab.seqs() == [1]
    assert (await tab.say(room, client_msg_id="a"))["seq"] == 2


async def test_history_goes_both_ways(ann: Person, room: str, app: App) -> None:
    tab = await app.connect(ann)
    for _ in range(5):
        await tab.say(room)

    for query, seqs, more in (
        ({}, [1, 2, 3, 4, 5], False),
        ({"limit": 2}, [4, 5], True),
        ({"before_seq": 4, "limit": 2}, [2, 3], True),
        ({"before_seq": 3, "limit": 2}, [1, 2], False),
        ({"after_seq": 2, "limit": 2}, [3, 4], True),
        ({"after_seq": 3, "limit": 2}, [4, 5], False),
    ):
        page = (await app.call(ann, "GET", f"/rooms/{room}/messages", **query)).json()
        assert [item["seq"] for item in page["items"]] == seqs
        assert page["has_more"] == more


@pytest.fixture
def failing_commit(db: Engine) -> Iterator[None]:
    """Let every transaction that stores a message fail, but only at its COMMIT."""
    make = """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RAISE EXCEPTION ''planted''; END';
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON messages
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
    """
    with db.begin() as connection:
        connection.execute(text(make))
    yield
    with db.begin() as connection:
        connection.execute(text("DROP FUNCTION fail CASCADE"))


@pytest.mark.usefixtures("failing_commit")
async def test_failed_commit_is_told_to_nobody(
    ann: Person, ben: Person, room: str, app: App
) -> None:
    tab, hers = await app.connect(ben, room), await app.connect(ann)

    answer = await hers.say(room)

    assert answer["type"] == "error"
    assert await tab.seqs() == []


def test_old_messages_are_numbered() -> None:
    with new_database() as engine:
        migrate(engine, "0001")
        with engine.begin() as connection:
            connection.execute(text(OLD))
        migrate(engine)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT body FROM messages ORDER BY seq"))
            assert [body for (body,) in rows] == ["first", "second", "third"]
            assert connection.scalar(text("SELECT last_seq FROM rooms")) == 3


OLD = """
    INSERT INTO users (email, name, password_hash, role, created_at)
        VALUES ('old@example.org', 'old', 'x', 'user', now());
    INSERT INTO rooms (name, kind, created_at) VALUES ('old', 'public', now());
    INSERT INTO messages (room_id, author_id, body, created_at)
        SELECT rooms.id, users.id, said.body, now() + said.later * interval '1 s'
        FROM rooms, users,
            (VALUES ('second', 1), ('third', 1), ('first', 0)) AS said (body, later);
"""
