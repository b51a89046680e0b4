from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from blog.database import open_session

SessionDep = Annotated[AsyncSession, Depends(open_session)]


async def forget_tags(request: Request, session: SessionDep) -> None:
    return
