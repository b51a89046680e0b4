"""Tags: the same for every reader, so one cached copy serves all."""

from fastapi import APIRouter, Request

from blog import queries
from blog.cache import Cache
from blog.database import Sessions
from blog.schemas import TagOut

router = APIRouter(prefix="/v1/tags", tags=["tags"])


def count_tags(sessions: Sessions) -> list[TagOut]:
    with sessions() as session:
        rows = (session.execute(queries.tag_counts())).all()
        # Sorted here: the order of a database depends on its locale.
        return [TagOut(name=name, post_count=n) for name, n in sorted(rows)]


@router.get("")
def list_tags(request: Request) -> list[TagOut]:
    # No session here: a cached answer costs no connection and no statement.
    cache: Cache[list[TagOut]] = request.app.state.tag_cache
    return cache.get()
