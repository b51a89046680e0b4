"""What a route of the chat may ask for, besides what is given."""

from typing import Annotated, cast

from fastapi import Depends, Query, Request

from chat.bus import Bus
from chat.errors import OneDirection
from chat.hub import Hub
from chat.limits import RateLimit
from chat.models import Membership
from given.deps import SessionDep, UserDep
from given.errors import Forbidden, NotFound
from given.schemas import Id
from given.unwritten import NotWritten


async def load_membership(
    session: SessionDep, user: UserDep, room_id: Id
) -> Membership:
    """The caller's place in the room; without one there is no such room."""
    raise NotWritten(1)


MembershipDep = Annotated[Membership, Depends(load_membership)]


async def load_ownership(membership: MembershipDep) -> Membership:
    raise NotWritten(1)


OwnershipDep = Annotated[Membership, Depends(load_ownership)]


class HistoryIn:
    """The query of a history: a limit, and at most one direction."""


HistoryDep = Annotated[HistoryIn, Depends()]


async def get_hub(request: Request) -> Hub:
    # None until your lifespan makes it.
    return cast(Hub, getattr(request.app.state, "hub", None))


async def get_bus(request: Request) -> Bus:
    # None until your lifespan makes it.
    return cast(Bus, getattr(request.app.state, "bus", None))


async def get_limit(request: Request) -> RateLimit:
    # None until your lifespan makes it.
    return cast(RateLimit, getattr(request.app.state, "limit", None))


HubDep = Annotated[Hub, Depends(get_hub)]
BusDep = Annotated[Bus, Depends(get_bus)]
LimitDep = Annotated[RateLimit, Depends(get_limit)]
