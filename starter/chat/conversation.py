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
from given.unwritten import NotWritten

log = logging.getLogger(__name__)


class Conversation:
    """A connection together with what the app has for it."""

    def __init__(self, connection: Connection, state: State) -> None:
        self._connection = connection
        self._state = state
        self._settings: Settings = state.settings

    async def run(self) -> None:
        """Talk until Closed is raised."""
        raise NotWritten(2)
