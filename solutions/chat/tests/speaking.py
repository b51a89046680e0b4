"""People, and how they speak to an app: by REST, and in tabs that listen."""

import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
from httpx2.websockets import WebSocketDisconnect

SECONDS = 10
Frame = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody with a token, which every app on this database knows."""

    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Tab:
    """A socket that can wait for the frame that a test names."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.unread: list[Frame] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, **fields})

    async def send_raw(self, data: str | bytes) -> None:
        send = self._socket.send_text if isinstance(data, str) else None
        await (send or self._socket.send_bytes)(data)

    async def next(self, kind: str, **fields: Any) -> Frame:
        """The first frame of this type with these fields; others stay unread."""
        wanted = {"type": kind, **fields}
        while True:
            for frame in self.unread:
                if wanted.items() <= frame.items():
                    self.unread.remove(frame)
                    return frame
            self.unread.append(await self._socket.receive_json(timeout=SECONDS))

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Send a frame with a `ref`, and wait for what answers it."""
        ref = uuid.uuid4().hex
        await self.send(kind, ref=ref, **fields)
        while True:
            for frame in self.unread:
                if frame.get("ref") == ref:
                    self.unread.remove(frame)
                    return frame
            self.unread.append(await self._socket.receive_json(timeout=SECONDS))

    async def say(self, room: str, **fields: Any) -> Frame:
        message = {"client_msg_id": uuid.uuid4().hex, "body": "Hello", **fields}
        return await self.ask("send", room_id=room, **message)

    async def seqs(self) -> list[int]:
        """The numbers of the messages that have come so far."""
        # "Nothing more comes" cannot be waited for, but an answer to a ping can.
        await self.ask("ping")
        found = [f["seq"] for f in self.unread if f["type"] == "message"]
        self.unread = [f for f in self.unread if f["type"] != "message"]
        return found

    async def close(self) -> None:
        await self._socket.close()

    async def closed(self) -> int:
        """The code with which the server closes."""
        try:
            while True:
                await self._socket.receive_json(timeout=SECONDS)
        except WebSocketDisconnect as end:
            return int(end.code)


class App:
    """A running app, spoken to by REST and by sockets, which close with it."""

    def __init__(self, client: httpx2.AsyncClient, sockets: AsyncExitStack) -> None:
        self.client, self._sockets = client, sockets

    async def call(
        self, who: Person, method: str, path: str, **fields: Any
    ) -> httpx2.Response:
        sends = method in ("POST", "PUT")
        data: dict[str, Any] = {"json": fields} if sends else {"params": fields}
        url = f"/v1{path}"
        return await self.client.request(method, url, headers=who.headers, **data)

    async def connect(self, who: Person, *rooms: str, auth: bool = True) -> Tab:
        """A tab that has said who it is and listens to rooms."""
        socket = self.client.websocket("ws://test/v1/ws")
        tab = Tab(await self._sockets.enter_async_context(socket))
        if auth:
            assert (await tab.ask("auth", token=who.token))["type"] == "ready"
        for room in rooms:
            answer = await tab.ask("subscribe", room_id=room)
            assert answer["type"] == "subscribed"
        return tab

    async def make_room(
        self, owner: Person, *members: Person, kind: str = "public"
    ) -> str:
        reply = await self.call(owner, "POST", "/rooms", name="A room", kind=kind)
        room = str(reply.json()["id"])
        for member in members:
            path = f"/rooms/{room}/members/{member.id}"
            assert (await self.call(owner, "PUT", path)).status_code == 200
        return room
