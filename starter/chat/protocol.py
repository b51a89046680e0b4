"""The frames: how those of clients are parsed, and how those of the server look."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from chat.errors import MALFORMED, Closed, InvalidFrame
from chat.models import Message
from chat.schemas import MessageIn, MessageOut, Seq
from given.schemas import Id, Text
from given.unwritten import NotWritten


class Frame(BaseModel):
    pass


class Auth(Frame):
    pass


class Ping(Frame):
    pass


class Subscribe(Frame):
    pass


class Unsubscribe(Frame):
    pass


class Send(Frame, MessageIn):
    pass


class Typing(Frame):
    pass


ClientFrame = Auth | Ping


def parse_object(text: str | None) -> dict[str, Any]:
    """The JSON object in a text frame; Closed when there is none."""
    raise NotWritten(2)


def parse_frame(found: dict[str, Any]) -> ClientFrame:
    """What the client wants; InvalidFrame costs an answer, not the connection."""
    raise NotWritten(2)


def ref_of(found: dict[str, Any]) -> str | None:
    """The `ref` of any frame, also of one that is wrong otherwise."""
    raise NotWritten(2)


def server_frame(kind: str, ref: str | None = None, **fields: object) -> str:
    raise NotWritten(2)


def message_frame(message: Message) -> str:
    raise NotWritten(3)
