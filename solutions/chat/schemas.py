"""What comes in and goes out as JSON, by REST and in frames."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from given.schemas import Id, Out, Text

Name = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
ClientMsgId = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
# Characters, not bytes: 4000 of them may be 16 kB.
Body = Annotated[Text, StringConstraints(min_length=1, max_length=4000)]
# strict: 3.0, "3" and true are no numbers of messages.
Seq = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
MemberRole = Literal["owner", "member"]


class RoomIn(BaseModel):
    name: Name
    kind: Literal["public", "private"] = "public"


class MemberIn(BaseModel):
    role: MemberRole = "member"


class MessageIn(BaseModel):
    client_msg_id: ClientMsgId
    body: Body


class ReadIn(BaseModel):
    seq: Seq


class RoomOut(Out):
    id: Id
    name: str
    kind: str
    last_seq: int
    created_at: datetime
    role: str | None


class MemberOut(Out):
    room_id: Id
    user_id: Id
    role: MemberRole
    last_read_seq: int


class MessageOut(Out):
    room_id: Id
    seq: int
    id: Id
    author_id: Id
    client_msg_id: str | None
    body: str
    created_at: datetime


class HistoryOut(Out):
    items: list[MessageOut]
    has_more: bool


class PresenceOut(Out):
    online: list[Id]
