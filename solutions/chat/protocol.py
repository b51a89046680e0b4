"""The frames: how those of clients are parsed, and how those of the server look."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from chat.errors import MALFORMED, Closed, InvalidFrame
from chat.models import Message
from chat.schemas import MessageIn, MessageOut, Seq
from given.schemas import Id, Text

MAX_BYTES = 65_536
Ref = Annotated[Text, StringConstraints(max_length=64)]
REF: TypeAdapter[str | None] = TypeAdapter(Ref | None)


class Frame(BaseModel):
    ref: Ref | None = None


class Auth(Frame):
    type: Literal["auth"]
    token: str


class Ping(Frame):
    type: Literal["ping"]


class Subscribe(Frame):
    type: Literal["subscribe"]
    room_id: Id
    last_seq: Seq | None = None


class Unsubscribe(Frame):
    type: Literal["unsubscribe"]
    room_id: Id


class Send(Frame, MessageIn):
    type: Literal["send"]
    room_id: Id


class Typing(Frame):
    type: Literal["typing"]
    room_id: Id


ClientFrame = Auth | Ping | Subscribe | Unsubscribe | Send | Typing
FRAMES: TypeAdapter[ClientFrame] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")]
)


class MessageFrame(MessageOut):
    type: Literal["message"] = "message"


def read_int(digits: str) -> float:
    """Python reads no integer above 4,300 digits; above 64 bits all are too large."""
    return int(digits) if len(digits) < 20 else float(digits)


def refuse_constant(name: str) -> None:
    """Python reads `NaN` and `Infinity`, which are no JSON."""
    raise ValueError(name)


def parse_object(text: str | None) -> dict[str, Any]:
    """The JSON object in a text frame; Closed when there is none."""
    # Bytes, not characters. UTF-8 takes up to four for one.
    if text is None or len(text.encode()) > MAX_BYTES:
        raise Closed(MALFORMED)
    try:
        found = json.loads(text, parse_int=read_int, parse_constant=refuse_constant)
    # Deep nesting is no ValueError.
    except (ValueError, RecursionError):
        raise Closed(MALFORMED) from None
    if not isinstance(found, dict):
        raise Closed(MALFORMED)
    return found


def parse_frame(found: dict[str, Any]) -> ClientFrame:
    """What the client wants; InvalidFrame costs an answer, not the connection."""
    try:
        return FRAMES.validate_python(found)
    except ValidationError:
        raise InvalidFrame from None


def ref_of(found: dict[str, Any]) -> str | None:
    """The `ref` of any frame, also of one that is wrong otherwise."""
    try:
        return REF.validate_python(found.get("ref"))
    except ValidationError:
        return None


def server_frame(kind: str, ref: str | None = None, **fields: object) -> str:
    frame: dict[str, object] = {"type": kind, **fields}
    if ref is not None:
        frame["ref"] = ref
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def message_frame(message: Message) -> str:
    return MessageFrame.model_validate(message).model_dump_json()
