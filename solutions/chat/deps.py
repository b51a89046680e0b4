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


async def load_membership(
    session: SessionDep, user: UserDep, room_id: Id
) -> Membership:
    """The caller's place in the room; without one there is no such room."""
    membership = await session.get(Membership, (room_id, user.id))
    if membership is None:
        raise NotFound
    return membership


MembershipDep = Annotated[Membership, Depends(load_membership)]


async def load_ownership(membership: MembershipDep) -> Membership:
    if membership.role != "owner":
        raise Forbidden
    return membership


OwnershipDep = Annotated[Membership, Depends(load_ownership)]


class HistoryIn:
    """The query of a history: a limit, and at most one direction."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        before_seq: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
        after_seq: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    ) -> None:
        if before_seq is not None and after_seq is not None:
            raise OneDirection
        self.limit, self.before, self.after = limit, before_seq, after_seq


HistoryDep = Annotated[HistoryIn, Depends()]


async def get_hub(request: Request) -> Hub:
    return cast(Hub, request.app.state.hub)


async def get_bus(request: Request) -> Bus:
    return cast(Bus, request.app.state.bus)


async def get_limit(request: Request) -> RateLimit:
    return cast(RateLimit, request.app.state.limit)


HubDep = Annotated[Hub, Depends(get_hub)]
BusDep = Annotated[Bus, Depends(get_bus)]
LimitDep = Annotated[RateLimit, Depends(get_limit)]
