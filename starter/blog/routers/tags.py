"""Tags: the same for every reader, so one cached copy serves all."""

from fastapi import APIRouter, Request

from blog import queries
from blog.cache import Cache
from blog.database import Sessions
from blog.schemas import TagOut
from blog.unwritten import NotWritten

router = APIRouter(prefix="/v1/tags", tags=["tags"])


async def count_tags(sessions: Sessions) -> list[TagOut]:
    raise NotWritten(6)


@router.get("")
async def list_tags(request: Request) -> list[TagOut]:
    raise NotWritten(6)
