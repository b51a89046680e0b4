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
from given.unwritten import NotWritten

router = APIRouter(prefix="/v1/rooms", tags=["rooms"])


def place(room: Room) -> Position:
    raise NotWritten(1)


@router.post("", status_code=201, response_model=RoomOut)
async def create_room(session: SessionDep, user: UserDep, data: RoomIn) -> Room:
    raise NotWritten(1)


@router.get("", response_model=PageOut[RoomOut])
async def list_rooms(session: SessionDep, user: UserDep, page: PageDep) -> Page[Room]:
    raise NotWritten(1)


@router.post("/{room_id}/join", response_model=RoomOut)
async def join_room(session: SessionDep, user: UserDep, room_id: Id) -> Room:
    raise NotWritten(1)


@router.put("/{room_id}/members/{user_id}", response_model=MemberOut)
async def set_member(
    session: SessionDep, owner: OwnershipDep, user_id: Id, data: MemberIn
) -> Membership:
    raise NotWritten(1)


@router.delete("/{room_id}/members/{user_id}", status_code=204)
async def remove_member(
    session: SessionDep, bus: BusDep, caller: MembershipDep, user_id: Id
) -> Response:
    raise NotWritten(1)


@router.put("/{room_id}/read", response_model=MemberOut)
async def move_read_marker(
    session: SessionDep, membership: MembershipDep, data: ReadIn
) -> Membership:
    raise NotWritten(5)


@router.get("/{room_id}/presence")
async def show_presence(membership: MembershipDep, hub: HubDep) -> PresenceOut:
    raise NotWritten(6)
