"""What the frames of a client do, one after the other, in the order they came."""

import logging
from typing import Any

import jwt
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import State

from chat import queries, services
from chat.bus import Event
from chat.connection import Connection
from chat.errors import UNAUTHORIZED, Closed, InvalidFrame, RateLimited
from chat.protocol import (
    Auth,
    ClientFrame,
    Ping,
    Send,
    Subscribe,
    Typing,
    Unsubscribe,
    parse_frame,
    parse_object,
    ref_of,
    server_frame,
)
from chat.settings import Settings
from given import security
from given.errors import ApiError, DatabaseBusy, NotFound, Unauthorized
from given.models import User
from given.schemas import parse_id

log = logging.getLogger(__name__)


class Conversation:
    """A connection together with what the app has for it."""

    def __init__(self, connection: Connection, state: State) -> None:
        self._connection = connection
        self._state = state
        self._settings: Settings = state.settings

    async def run(self) -> None:
        """Talk until Closed is raised."""
        await self._authenticate()
        while True:
            found = parse_object(await self._connection.receive())
            await self._answer(found)

    async def _authenticate(self) -> None:
        """Identify the user by the first frame; Closed if that is not possible."""
        wait_s = self._settings.auth_timeout_s
        text = await self._connection.receive(wait_s, late=UNAUTHORIZED)
        try:
            frame = parse_frame(parse_object(text))
            if not isinstance(frame, Auth):
                raise Unauthorized
            await self._identify(frame)
        except (Unauthorized, InvalidFrame):
            raise Closed(UNAUTHORIZED) from None

    async def _identify(self, frame: Auth) -> None:
        user_id = parse_id(security.read_token(frame.token, self._settings))
        async with self._state.sessions() as session:
            if await session.get(User, user_id) is None:
                raise Unauthorized
        # The token was checked above; here only its expiry is read.
        claims = jwt.decode(frame.token, options={"verify_signature": False})
        self._connection.identify(user_id, float(claims["exp"]))
        self._reply("ready", frame.ref, heartbeat_s=self._settings.heartbeat_s)

    async def _answer(self, found: dict[str, Any]) -> None:
        """Do what a frame asks for; what goes wrong costs an `error` frame."""
        try:
            await self._handle(parse_frame(found))
        except ApiError as error:
            self._reply("error", ref_of(found), code=error.code)
        except PoolTimeout:
            self._reply("error", ref_of(found), code=DatabaseBusy.code)
        except Closed:
            raise
        except Exception:
            log.exception("frame_failed")
            self._reply("error", ref_of(found), code=ApiError.code)

    def _reply(self, kind: str, ref: str | None, **fields: object) -> None:
        self._connection.offer(server_frame(kind, ref, **fields))

    async def _handle(self, frame: ClientFrame) -> None:
        match frame:
            case Ping():
                self._reply("pong", frame.ref)
            case Auth():
                await self._renew(frame)
            case Subscribe():
                await self._subscribe(frame)
            case Unsubscribe():
                await self._state.hub.unsubscribe(self._connection, frame.room_id)
            case Send():
                await self._send(frame)
            case Typing():
                await self._type(frame)

    async def _renew(self, frame: Auth) -> None:
        """A fresh token of the same user lets the connection live longer."""
        renewed = parse_id(security.read_token(frame.token, self._settings))
        if renewed != self._connection.user_id:
            raise Unauthorized
        await self._identify(frame)

    async def _subscribe(self, frame: Subscribe) -> None:
        if frame.last_seq is not None:
            # One replay at a time: the memory for it is bounded.
            await self._connection.caught_up()
        await self._state.hub.subscribe(
            self._connection, frame.room_id, frame.last_seq, frame.ref
        )

    async def _send(self, frame: Send) -> None:
        user_id = self._connection.user_id
        if not self._state.limit.allows(user_id):
            raise RateLimited
        # A session for this message, not for the socket: tabs stay open for days.
        async with self._state.sessions() as session:
            message, is_new = await services.add_message(
                session, frame.room_id, user_id, frame
            )
            if is_new:
                event = Event(frame.room_id, seq=message.seq)
                await self._state.bus.commit(session, event, message)
        self._reply("ack", frame.ref, room_id=str(frame.room_id), seq=message.seq)

    async def _type(self, frame: Typing) -> None:
        user_id = self._connection.user_id
        # Subscribers are known to be members; for others, ask the database.
        if frame.room_id not in self._connection.rooms:
            async with self._state.sessions() as session:
                query = queries.last_seq_for_member(frame.room_id, user_id)
                if await session.scalar(query) is None:
                    raise NotFound
        fields = {"room_id": str(frame.room_id), "user_id": str(user_id)}
        frame_out = server_frame("typing", **fields)
        self._state.hub.broadcast(frame.room_id, frame_out, but=self._connection)
