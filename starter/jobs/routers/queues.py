"""Queues: what is in them, and whether they are paused."""

from fastapi import APIRouter

from given.deps import AdminDep, SessionDep, UserDep
from given.schemas import ItemsOut
from given.unwritten import NotWritten
from jobs import services
from jobs.models import Queue
from jobs.schemas import Name, PauseOut, QueueOut

router = APIRouter(prefix="/v1/queues", tags=["queues"])


@router.get("")
async def list_queues(session: SessionDep, _: UserDep) -> ItemsOut[QueueOut]:
    raise NotWritten(8)


@router.post("/{name}/pause", response_model=PauseOut)
async def pause_queue(session: SessionDep, _: AdminDep, name: Name) -> Queue:
    raise NotWritten(7)


@router.post("/{name}/resume", response_model=PauseOut)
async def resume_queue(session: SessionDep, _: AdminDep, name: Name) -> Queue:
    raise NotWritten(7)
