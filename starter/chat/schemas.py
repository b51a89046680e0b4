"""What comes in and goes out as JSON, by REST and in frames."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from given.schemas import Id, Out, Text

# strict: 3.0, "3" and true are no numbers of messages.
Seq = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


class RoomIn(BaseModel):
    pass


class MemberIn(BaseModel):
    pass


class MessageIn(BaseModel):
    pass


class ReadIn(BaseModel):
    pass


class RoomOut(Out):
    pass


class MemberOut(Out):
    pass


class MessageOut(Out):
    pass


class HistoryOut(Out):
    pass


class PresenceOut(Out):
    pass
