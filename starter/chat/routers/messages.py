"""The history of a room, and sending without a socket."""

from fastapi import APIRouter, Response

from chat import queries, services
from chat.bus import Event
from chat.deps import BusDep, HistoryDep, LimitDep, MembershipDep
from chat.errors import RateLimited
from chat.models import Message
from chat.queries import History
from chat.schemas import HistoryOut, MessageIn, MessageOut
from given.deps import SessionDep
from given.unwritten import NotWritten

router = APIRouter(prefix="/v1/rooms", tags=["messages"])


@router.get("/{room_id}/messages", response_model=HistoryOut)
async def read_history(
    session: SessionDep, membership: MembershipDep, page: HistoryDep
) -> History:
    raise NotWritten(4)


@router.post("/{room_id}/messages", status_code=201, response_model=MessageOut)
async def send_message(
    session: SessionDep,
    bus: BusDep,
    limit: LimitDep,
    membership: MembershipDep,
    data: MessageIn,
    response: Response,
) -> Message:
    raise NotWritten(4)
