from typing import cast

from fastapi import Request

from chat.bus import Bus
from chat.hub import Hub
from chat.limits import RateLimit


async def get_hub(request: Request) -> Hub:
    # None until your lifespan makes it.
    return cast(Hub, getattr(request.app.state, "hub", None))


async def get_bus(request: Request) -> Bus:
    # None until your lifespan makes it.
    return cast(Bus, getattr(request.app.state, "bus", None))


async def get_limit(request: Request) -> RateLimit:
    # None until your lifespan makes it.
    return cast(RateLimit, getattr(request.app.state, "limit", None))
