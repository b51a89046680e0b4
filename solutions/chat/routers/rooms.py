"""Rooms, and who is in them."""

from fastapi import APIRouter, Response

from chat import queries, services
from chat.bus import Event
from chat.deps import BusDep, HubDep, MembershipDep, OwnershipDep
from chat.models import Membership, Room
from chat.schemas import MemberIn, MemberOut, PresenceOut, ReadIn, RoomIn, RoomOut
from given.deps import PageDep, SessionDep, UserDep
from given.errors import Forbidden
from given.pagination import Page, Position, fetch_page
from given.schemas import Id, PageOut

router = APIRouter(prefix="/v1/rooms", tags=["rooms"])


def place(room: Room) -> Position:
    return Position(at=room.created_at, id=room.id)


@router.post("", status_code=201, response_model=RoomOut)
async def create_room(session: SessionDep, user: UserDep, data: RoomIn) -> Room:
    return await services.create_room(session, user.id, data)


@router.get("", response_model=PageOut[RoomOut])
async def list_rooms(session: SessionDep, user: UserDep, page: PageDep) -> Page[Room]:
    query = queries.newest_rooms(user.id, page.start)
    return await fetch_page(session, query, page.limit, place)


@router.post("/{room_id}/join", response_model=RoomOut)
async def join_room(session: SessionDep, user: UserDep, room_id: Id) -> Room:
    return await services.join_room(session, user.id, room_id)


@router.put("/{room_id}/members/{user_id}", response_model=MemberOut)
async def set_member(
    session: SessionDep, owner: OwnershipDep, user_id: Id, data: MemberIn
) -> Membership:
    return await services.set_member(session, owner.room_id, user_id, data.role)


@router.delete("/{room_id}/members/{user_id}", status_code=204)
async def remove_member(
    session: SessionDep, bus: BusDep, caller: MembershipDep, user_id: Id
) -> Response:
    if caller.role != "owner" and caller.user_id != user_id:
        raise Forbidden
    room_id = caller.room_id
    await services.remove_member(session, room_id, user_id)
    await bus.commit(session, Event(room_id, out=user_id))
    return Response(status_code=204)


@router.put("/{room_id}/read", response_model=MemberOut)
async def move_read_marker(
    session: SessionDep, membership: MembershipDep, data: ReadIn
) -> Membership:
    return await services.move_read_marker(session, membership, data.seq)


@router.get("/{room_id}/presence")
async def show_presence(membership: MembershipDep, hub: HubDep) -> PresenceOut:
    return PresenceOut(online=await hub.presence.online(membership.room_id))
