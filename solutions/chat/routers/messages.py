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

router = APIRouter(prefix="/v1/rooms", tags=["messages"])


@router.get("/{room_id}/messages", response_model=HistoryOut)
async def read_history(
    session: SessionDep, membership: MembershipDep, page: HistoryDep
) -> History:
    return await queries.read_history(
        session, membership.room_id, page.limit, page.before, page.after
    )


@router.post("/{room_id}/messages", status_code=201, response_model=MessageOut)
async def send_message(
    session: SessionDep,
    bus: BusDep,
    limit: LimitDep,
    membership: MembershipDep,
    data: MessageIn,
    response: Response,
) -> Message:
    if not limit.allows(membership.user_id):
        raise RateLimited
    message, is_new = await services.add_message(
        session, membership.room_id, membership.user_id, data
    )
    if is_new:
        event = Event(membership.room_id, seq=message.seq)
        await bus.commit(session, event, message)
    else:
        response.status_code = 200
    return message
