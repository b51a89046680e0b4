"""What the checks of the chat start from: rooms with members, sockets that listen."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.checks.arrange import require, taught_by
from grader.judge.checks.failures import CheckFailed

T = TypeVar("T")
_numbers = itertools.count(1)
RESTART = (1001, 1012)


def unique(word: str) -> str:
    """A word that no other check uses."""
    return f"{word}-{next(_numbers)}"


async def a_room(owner: Client, *members: Client, kind: str = "public") -> str:
    """The id of a new room, with these members."""
    reply = await owner.post("/v1/rooms", json={"name": unique("Room"), "kind": kind})
    room = str(require(reply, 201, stage=1)["id"])
    for member in members:
        await add(owner, room, member)
    return room


async def add(owner: Client, room: str, member: Client) -> None:
    path = f"/v1/rooms/{room}/members/{member.id}"
    require(await owner.put(path, json={"role": "member"}), 200, stage=1)


async def remove(owner: Client, room: str, member: Client) -> None:
    path = f"/v1/rooms/{room}/members/{member.id}"
    require(await owner.delete(path), 204, stage=1)


async def authenticated(
    connect: Connect, client: Client, *, compression: bool = False
) -> Socket:
    """A socket that has got its `ready`."""
    with taught_by(2):
        socket = await connect(client, compression=compression)
        answer = await socket.ask("auth", token=client.token)
        must_be(answer, "ready")
    return socket


async def subscribed(socket: Socket, room: str, last_seq: int | None = None) -> Fields:
    """Subscribe; returns the frame `subscribed`."""
    with taught_by(3):
        more = {} if last_seq is None else {"last_seq": last_seq}
        answer = await socket.ask("subscribe", room_id=room, **more)
        must_be(answer, "subscribed")
    return answer


async def listening(
    connect: Connect, client: Client, *rooms: str, compression: bool = False
) -> Socket:
    """A socket that is subscribed to rooms."""
    socket = await authenticated(connect, client, compression=compression)
    for room in rooms:
        await subscribed(socket, room)
    return socket


async def said(socket: Socket, room: str, **fields: Any) -> Fields:
    """Send a message and wait for its `ack`; returns what was sent, and its seq."""
    message = a_message(**fields)
    with taught_by(3):
        ack = await socket.ask("send", room_id=room, **message)
        must_be(ack, "ack")
    return Fields(message, seq=ack.get("seq"))


def a_message(**fields: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {"client_msg_id": f"m-{number}", "body": f"Hello {number}", **fields}


async def hides(server: Server, client: Client, **secrets: str | None) -> None:
    """None of the secrets is in what the server has printed."""
    # Anything that is written about earlier requests comes before this line.
    last = {"X-Request-ID": unique("the-last")}
    await client.get("/v1/me", headers=last)
    await server.log(event="http_request", request_id=last["X-Request-ID"])
    everything = "".join(server.printed())
    for name, secret in secrets.items():
        what = name.replace("_", " ")
        hidden = str(secret) not in everything
        expect.true("no_secret_logged", hidden, got=what, what=what)


def raw_json(content: dict[str, Any]) -> dict[str, Any]:
    """How to send JSON that no UTF-8 holds: half of a surrogate pair is escaped."""
    headers = {"content-type": "application/json"}
    return {"content": json.dumps(content), "headers": headers}


async def posted(author: Client, room: str, **fields: Any) -> Fields:
    """A message sent by REST."""
    reply = await author.post(f"/v1/rooms/{room}/messages", json=a_message(**fields))
    message = require(reply, 201, stage=4)
    assert isinstance(message, Fields)
    return message


async def many_said(socket: Socket, room: str, count: int) -> list[str]:
    """Send messages in one go, then wait for all acks; their client ids in order."""
    sent = [a_message() for _ in range(count)]
    before = socket.count.get("ack", 0)
    with taught_by(3):
        for message in sent:
            await socket.send("send", room_id=room, **message)
        await socket.received("ack", before + count, seconds=20)
    return [message["client_msg_id"] for message in sent]


async def quiet(*sockets: Socket) -> None:
    """Wait until everything that was on its way to the sockets has come."""
    with taught_by(2):
        answers = await asyncio.gather(*(socket.ask("ping") for socket in sockets))
        for answer in answers:
            must_be(answer, "pong")


def seqs(socket: Socket, room: str | None = None) -> list[int]:
    """The numbers of the messages, of one room or all, since the last look."""
    fields = {} if room is None else {"room_id": room}
    return [int(frame["seq"]) for frame in socket.take("message", **fields)]


def frames_of(socket: Socket, room: str) -> list[str]:
    """The types of a room's frames since the last look, but for an `error`."""
    unread = socket.unread
    socket.unread = [frame for frame in unread if frame.get("room_id") != room]
    kinds = [str(frame["type"]) for frame in unread if frame.get("room_id") == room]
    return [kind for kind in kinds if kind != "error"]


async def all_close(sockets: list[Socket], *codes: int, seconds: float = 10) -> None:
    """Each socket is closed by the server with one of the codes."""
    for socket in sockets:
        code = await socket.closed(seconds)
        expect.true("close_code", code in codes, expected=list(codes), got=code)


async def until(look: Callable[[], Awaitable[T]], wanted: T, seconds: float = 5.0) -> T:
    """Look again and again until it is as wanted, or as it is at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found == wanted or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.05)


def must_be(frame: Fields, kind: str) -> None:
    """An answer has this type; an `error` shows what came instead."""
    if frame["type"] != kind:
        raise CheckFailed("frame_type", expected=kind, got=dict(frame))


def must_refuse(frame: Fields, code: str) -> None:
    """An answer is an `error` with this code."""
    must_be(frame, "error")
    if frame["code"] != code:
        raise CheckFailed("error_code", expected=code, got=frame["code"])
