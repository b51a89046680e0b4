"""Frames: what opens, what costs an error, what ends the connection."""

from typing import Any

import pytest

from .conftest import Serve, enter
from .speaking import App, Person

MALFORMED: list[str | bytes] = ["{", "[]", "7", "[" * 60_000, b"{}"]


async def test_nobody_stays_without_a_token(ann: Person, app: App) -> None:
    frames: list[dict[str, Any]] = [
        {"kind": "auth", "token": "nonsense"},
        {"kind": "auth"},
        {"kind": "ping"},
    ]
    for frame in frames:
        tab = await app.connect(ann, auth=False)
        await tab.send(**frame)
        assert await tab.closed() == 4401


@pytest.mark.parametrize("data", MALFORMED, ids=range(len(MALFORMED)))
async def test_malformed_frames_close(ann: Person, app: App, data: str | bytes) -> None:
    tab = await app.connect(ann)

    await tab.send_raw(data)

    assert await tab.closed() == 4400


async def test_limit_is_in_bytes(ann: Person, app: App) -> None:
    tab = await app.connect(ann)
    await tab.send_raw('{"type": "ping"}'.ljust(65_536))
    await tab.next("pong")

    await tab.send_raw('{"type": "ping", "x": "%s"}' % ("字" * 22_000))

    assert await tab.closed() in (1009, 4400)


async def test_invalid_frames_cost_an_error(ann: Person, room: str, app: App) -> None:
    tab = await app.connect(ann)

    for kind, fields in (
        ("dance", {}),
        ("subscribe", {}),
        ("subscribe", {"room_id": room, "last_seq": -1}),
        ("send", {"room_id": room, "client_msg_id": "a", "body": "x" * 4001}),
        ("send", {"room_id": room, "client_msg_id": "", "body": "x"}),
        ("send", {"room_id": room, "client_msg_id": "a", "body": "\x00"}),
    ):
        answer = await tab.ask(kind, **fields)
        assert (answer["type"], answer["code"]) == ("error", "invalid_frame")
    assert (await tab.ask("ping"))["type"] == "pong"


async def test_silence_ends_a_connection(serve: Serve) -> None:
    async with serve(heartbeat_s=0.1, auth_timeout_s=0.1) as app:
        person = await enter(app, "ann")
        unknown = await app.connect(person, auth=False)
        known = await app.connect(person)
        assert await unknown.closed() == 4401
        assert await known.closed() == 4408


async def test_token_ends_a_connection(serve: Serve) -> None:
    async with serve(access_ttl_s=1.5) as app:
        tab = await app.connect(await enter(app, "ann"))
        assert await tab.closed() == 4401
