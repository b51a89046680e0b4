"""Stage 2: who is there, what may be said, and how a connection ends."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

from grader.judge.app.people import PASSWORD
from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect
from grader.judge.callers.tokens import claims_of, forged, without_signature
from grader.judge.checks import expect
from grader.judge.checks.failures import CheckFailed
from grader.judge.suite.fixtures import Start
from tests.chat.gates import unreadable
from tests.chat.helpers import (
    all_close,
    authenticated,
    hides,
    must_be,
    must_refuse,
    quiet,
)

LIMIT = 65_536
# They come back as they were sent, be they long, blank at their ends or like a number.
REFS = ("", "键" * 64, "👋" * 64, " \tA\u0308 ﬁ\u3000\n", "007")
MALFORMED: list[str | bytes] = [
    '{"type": "ping"',
    "ping",
    "7",
    '"ping"',
    '[{"type": "ping"}]',
    "",
    "[" * 60_000,
    b'{"type": "ping"}',
]


async def test_token_opens(alice: Client, connect: Connect) -> None:
    """A valid token in the first frame is answered by `ready`, `ping` by `pong`."""
    for compression in (False, True):
        socket = await connect(alice, compression=compression)
        ready = await socket.ask("auth", token=alice.token)
        must_be(ready, "ready")
        expect.equal("field", ready["heartbeat_s"], 30, field="heartbeat_s")
        pong = await socket.ask("ping")
        must_be(pong, "pong")
        await socket.send("ping")
        await socket.next("pong")


async def test_bad_tokens_close(alice: Client, bob: Client, connect: Connect) -> None:
    """A first frame without a valid token is closed with 4401, after accepting."""
    token = str(alice.token)
    claims = claims_of(token)
    head, payload, signature = token.split(".")
    frames: list[dict[str, Any]] = [
        {"type": "auth", "token": bad}
        for bad in (
            "nonsense",
            "",
            forged(token, {**claims, "sub": bob.id}),
            without_signature(claims),
            f"{head}.{payload}.{signature[::-1]}",
            7,
        )
    ]
    frames += [{"type": "auth"}, {"type": "ping"}, {"type": "nonsense"}, {}]

    sockets = []
    for frame in frames:
        socket = await connect(alice)
        await socket.send_raw(json.dumps(frame))
        sockets.append(socket)

    await all_close(sockets, 4401)


async def test_token_in_the_url_opens_nothing(alice: Client, connect: Connect) -> None:
    """A token in the URL does not replace the one in the first frame."""
    await authenticated(connect, alice)

    socket = await connect(alice, f"/v1/ws?token={alice.token}")
    await socket.send("ping")

    await all_close([socket], 4401)


async def test_end_of_the_token_closes(start: Start, connect: Connect) -> None:
    """When the token expires, idle and busy connections are closed with 4401."""
    server = start(ACCESS_TTL_S="4", LOG_LEVEL="DEBUG")
    client = await short_lived(server)
    sockets = [await authenticated(connect, client) for _ in range(2)]
    expires = float(claims_of(str(client.token))["exp"])

    while sockets[1].open_still and time.time() < expires + 8:
        await sockets[1].send("ping")
        await asyncio.sleep(0.02)

    await all_close(sockets, 4401)
    early = round(expires - time.time(), 1)
    expect.true("closed_early_by_clock", early <= 0, expected="exp", got=f"-{early} s")
    late = await connect(client)
    await late.send("auth", token=client.token)
    await all_close([late], 4401)
    await hides(server, client, token=client.token)


async def short_lived(server: Server) -> Client:
    """Alice with a token of this server, whose tokens live for seconds."""
    form = {"username": "alice@example.com", "password": PASSWORD}
    reply = await server.client().post("/v1/auth/token", data=form)
    expect.status(reply, 200)
    return server.client("alice", reply.json()["access_token"])


async def test_malformed_frames_close(alice: Client, connect: Connect) -> None:
    """What is no JSON object, or binary, is closed with 4400, before `auth` too."""
    sockets = []
    for data in MALFORMED:
        known, unknown = await authenticated(connect, alice), await connect(alice)
        for socket in (known, unknown):
            await socket.send_raw(data)
            sockets.append(socket)

    await all_close(sockets, 4400)


async def test_large_frames_close(alice: Client, connect: Connect) -> None:
    """65,536 bytes are a frame, one more closes with 1009 or 4400."""
    auth = json.dumps({"type": "auth", "token": alice.token})
    exact = await connect(alice)
    await exact.send_raw(auth.ljust(LIMIT))
    await exact.next("ready")
    await exact.send_raw('{"type": "ping"}'.ljust(LIMIT))
    await exact.next("pong")

    # The first frame, valid but for its size, and later ones.
    unknown = await connect(alice)
    await unknown.send_raw(auth.ljust(LIMIT + 1))
    sockets = [unknown]
    text = "字" * (LIMIT // 3)
    for large in (
        '{"type": "ping"}'.ljust(LIMIT + 1),
        f'{{"type": "ping", "x": "{text}"}}',
    ):
        socket = await authenticated(connect, alice)
        await socket.send_raw(large)
        sockets.append(socket)

    await all_close(sockets, 1009, 4400)


async def test_invalid_frames_cost_an_error(alice: Client, connect: Connect) -> None:
    """An unknown type or a wrong field is answered by `error`; the socket lives."""
    socket = await authenticated(connect, alice)
    for kind, fields in (
        ("dance", {}),
        ("subscribe", {}),
        ("subscribe", {"room_id": "1", "last_seq": -1}),
        ("subscribe", {"room_id": "1", "last_seq": "x"}),
        ("subscribe", {"room_id": "1", "last_seq": "3"}),
        ("subscribe", {"room_id": "1", "last_seq": 3.0}),
        ("subscribe", {"room_id": "1", "last_seq": True}),
        ("send", {"room_id": "1", "client_msg_id": "a"}),
        ("send", {"room_id": "1", "client_msg_id": "a", "body": ""}),
        ("send", {"room_id": "1", "client_msg_id": "a", "body": "x" * 4001}),
        ("send", {"room_id": "1", "client_msg_id": "", "body": "x"}),
        ("send", {"room_id": "1", "client_msg_id": "x" * 65, "body": "x"}),
        ("send", {"room_id": "1", "client_msg_id": "a", "body": "a\x00b"}),
        ("send", {"room_id": "1", "client_msg_id": "a\x00b", "body": "x"}),
        ("typing", {}),
        ("unsubscribe", {}),
        ("send", {"client_msg_id": "a", "body": "x"}),
        ("send", {"room_id": "1", "body": "x"}),
    ):
        must_refuse(await socket.ask(kind, **fields), "invalid_frame")
    for ref in REFS:
        await socket.send("dance", ref=ref)
        must_refuse(await socket.answer(ref), "invalid_frame")
        await socket.send("ping", ref=ref)
        must_be(await socket.answer(ref), "pong")
        newcomer = await connect(alice)
        await newcomer.send("auth", ref=ref, token=alice.token)
        must_be(await newcomer.answer(ref), "ready")
        await newcomer.close()
    for raw in (
        '{"ref": "r", "room_id": "1"}',
        '{"ref": "r", "type": ["ping"]}',
        '{"ref": "r", "type": "send", "room_id": "1", "client_msg_id": "a",'
        ' "body": "\\ud83d"}',
        '{"ref": "r", "type": "send", "room_id": "1", "client_msg_id": "\\ud83d",'
        ' "body": "x"}',
    ):
        await socket.send_raw(raw)
        must_refuse(await socket.answer("r"), "invalid_frame")
    await quiet(socket)


async def test_silence_closes(start: Start, connect: Connect) -> None:
    """Without `auth`: 4401; silent for two heartbeats: 4408; one that pings stays."""
    server = start(HEARTBEAT_S="1")
    alice = server.client("alice")
    # Where no heartbeat would end it soon.
    patient = start(AUTH_TIMEOUT_S="0.5", HEARTBEAT_S="12.5").client("alice")
    nobody, somebody = await connect(patient), await connect(patient)
    ready = await somebody.ask("auth", token=patient.token)
    expect.equal("field", ready["heartbeat_s"], 12.5, field="heartbeat_s")
    lively, wrong, silent = [await authenticated(connect, alice) for _ in range(3)]

    async def speak() -> None:
        await quiet(lively)
        # A frame is a sign of life, also one that is refused.
        must_refuse(await wrong.ask("dance"), "invalid_frame")
        await asyncio.sleep(0.1)

    async def be_lively() -> None:
        while silent.open_still:
            await speak()

    frames = asyncio.create_task(be_lively())
    since = time.monotonic()
    await all_close([nobody], 4401)
    await all_close([silent], 4408)
    waited = round(time.monotonic() - since, 1)
    expect.true("closed_early_by_clock", waited >= 1.9, expected="≥ 2 s", got=waited)
    await frames
    for _ in range(5):
        await speak()
    for socket in (lively, wrong):
        expect.true("stays_open", socket.open_still, expected="open")


async def test_tokens_stay_out_of_the_output(start: Start, connect: Connect) -> None:
    """No token that was sent, by frame or URL, appears in the output, even at DEBUG."""
    server = start(LOG_LEVEL="DEBUG")
    alice = server.client("alice")
    bad = "an-invalid-token-that-nobody-may-log"
    good = await authenticated(connect, alice)
    for data in spoiled(alice.token):
        for socket in (await connect(alice), await authenticated(connect, alice)):
            await socket.send_raw(data)
            # The server has dealt with it once it answers, or has closed.
            with suppress(CheckFailed):
                await socket.ask("ping")
            await socket.close()
    await good.send("auth", token=alice.token, extra=[1])
    for path in (f"/v1/ws?token={bad}", "/v1/ws"):
        socket = await connect(alice, path)
        await socket.send("auth", token=bad)
        await socket.closed()
    good.drop()
    # Last: afterwards, connections that the app has kept may still be broken.
    await loses_the_database(server, alice, connect)

    await hides(server, alice, token=alice.token, bad_token=bad)


async def loses_the_database(server: Server, client: Client, connect: Connect) -> None:
    """Cut the database off while an `auth` waits for it, if it asks it at all."""
    socket = await connect(client)
    async with unreadable(server.database, "users") as gate:
        answer = asyncio.create_task(socket.ask("auth", token=client.token))
        await gate.waiting(1, [answer])
        await server.database.cut()
    # An `error`, a close, or `ready` after all.
    with suppress(CheckFailed):
        await answer


def spoiled(token: str | None) -> list[str | bytes]:
    """Frames with a token, each wrong in another way: as JSON, in size, as a frame."""
    good = json.dumps({"type": "auth", "token": token})
    return [
        good[:-1],
        f"[{good}]",
        json.dumps(token),
        good.encode(),
        good.ljust(LIMIT + 1),
        json.dumps({"type": token}),
        json.dumps({"type": "auth", "token": [token]}),
        json.dumps({"type": "dance", "token": token}),
    ]
