"""What a sender may choose, and what a sender is told, by REST and WebSocket."""

from datetime import datetime
from typing import Any

import httpx

from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.failures import CheckFailed
from tests.chat.helpers import (
    a_message,
    listening,
    must_be,
    must_refuse,
    said,
)
from tests.chat.history import messages_path

# What a client would like to be the time of its message.
LONG_AGO = "2001-02-03T04:05:06+00:00"


async def choose_nothing(one: Client, other: Client, others: Socket, room: str) -> None:
    """What a client adds to a message has no effect, by REST and WebSocket."""
    chosen = {"seq": 99, "id": "987654321", "created_at": LONG_AGO}
    path, authors = messages_path(room), []
    # Unknown fields may be refused, as long as they have no effect.
    reply = await one.post(path, json=a_message(author_id=other.id, **chosen))
    expect.status(reply, 201, 422)
    if reply.status_code == 201:
        authors.append(one.id)
    sent = a_message(author_id=one.id, **chosen)
    answer = await others.ask("send", room_id=room, **sent)
    if answer["type"] == "ack":
        authors.append(other.id)
    else:
        must_refuse(answer, "invalid_frame")

    stored = body(await one.get(path, params={"after_seq": 6}))["items"]
    expect.listed([message["author_id"] for message in stored], authors, "author_id")
    numbers = range(7, 7 + len(authors))
    expect.listed([message["seq"] for message in stored], numbers, "seq")
    for message in stored:
        made = datetime.fromisoformat(message["created_at"])
        long_ago = made == datetime.fromisoformat(LONG_AGO)
        expect.true("no_effect", not long_ago, got=LONG_AGO, field="created_at")
        taken = message["id"] == chosen["id"]
        expect.true("no_effect", not taken, got=message["id"], field="id")


def seq_in(answer: Fields | httpx.Response) -> int:
    """The number that a sender was told, by REST or WebSocket."""
    if isinstance(answer, httpx.Response):
        expect.status(answer, 201)
        return int(body(answer)["seq"])
    must_be(answer, "ack")
    return int(answer["seq"])


async def each_repeats_his_own(
    key: str, rooms: tuple[str, str], alice: Client, bob: Client, connect: Connect
) -> None:
    """One id of two authors in two rooms: each repetition gets what came first there.

    Alice has a message with this id in the first room; the others are new.
    """
    firsts = []
    for room, author, status in (
        (rooms[0], alice, 200),
        (rooms[1], alice, 201),
        (rooms[0], bob, 201),
    ):
        sent = a_message(client_msg_id=key)
        reply = await author.post(messages_path(room), json=sent)
        expect.status(reply, status)
        firsts.append((author, body(reply)))
    for author, first in firsts:
        room, again = first["room_id"], a_message(client_msg_id=key)
        reply = await author.post(messages_path(room), json=again)
        expect.status(reply, 200)
        same = {name: first[name] for name in ("room_id", "id", "seq", "body")}
        expect.fields(body(reply), author_id=author.id, **same)
        repeated = await said(await listening(connect, author), room, **again)
        expect.equal("same_seq", repeated["seq"], first["seq"])


async def ends_without_ack(
    socket: Socket, room: str, message: dict[str, Any] | None = None
) -> None:
    """The send is answered by an `error`, or the connection is closed with 1011."""
    message = message or a_message()
    try:
        must_be(await socket.ask("send", room_id=room, **message), "error")
    except CheckFailed:
        if socket.open_still:
            raise
        expect.equal("close_code", await socket.closed(), 1011)
