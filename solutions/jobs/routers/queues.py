"""Queues: what is in them, and whether they are paused."""

from fastapi import APIRouter

from given.deps import AdminDep, SessionDep, UserDep
from given.schemas import ItemsOut
from jobs import services
from jobs.models import Queue
from jobs.schemas import Name, PauseOut, QueueOut

router = APIRouter(prefix="/v1/queues", tags=["queues"])


@router.get("")
async def list_queues(session: SessionDep, _: UserDep) -> ItemsOut[QueueOut]:
    return ItemsOut(items=await services.list_queues(session))


@router.post("/{name}/pause", response_model=PauseOut)
async def pause_queue(session: SessionDep, _: AdminDep, name: Name) -> Queue:
    return await services.set_paused(session, name, True)


@router.post("/{name}/resume", response_model=PauseOut)
async def resume_queue(session: SessionDep, _: AdminDep, name: Name) -> Queue:
    return await services.set_paused(session, name, False)
