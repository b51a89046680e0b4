"""The protocol of workers: lease, heartbeat, complete, fail."""

import asyncio

from fastapi import APIRouter

from given.database import Sessions
from given.deps import AdminDep, SessionDep
from given.schemas import Id, ItemsOut
from given.unwritten import NotWritten
from jobs import holders
from jobs.deps import SessionsDep, SettingsDep, WakeupDep
from jobs.leases import Wanted, lease_jobs
from jobs.models import Job
from jobs.schemas import (
    CompleteIn,
    FailIn,
    HeartbeatIn,
    HeartbeatOut,
    JobOut,
    LeaseIn,
    LeaseOut,
)
from jobs.settings import Settings
from jobs.wakeup import Wakeup

router = APIRouter(prefix="/v1", tags=["workers"])


@router.post("/leases")
async def lease(
    session: SessionDep,
    _: AdminDep,
    sessions: SessionsDep,
    settings: SettingsDep,
    wakeup: WakeupDep,
    data: LeaseIn,
) -> ItemsOut[LeaseOut]:
    raise NotWritten(3)


async def lease_now(sessions: Sessions, settings: Settings, data: LeaseIn) -> list[Job]:
    """The jobs that are due at this moment, perhaps none."""
    raise NotWritten(3)


async def lease_or_wait(
    sessions: Sessions, settings: Settings, wakeup: Wakeup, data: LeaseIn
) -> list[Job]:
    """Jobs as soon as there are some; none once `wait_s` is over."""
    # Until stage 8 nobody waits.
    return await lease_now(sessions, settings, data)


@router.post("/jobs/{job_id}/heartbeat", response_model=HeartbeatOut)
async def heartbeat(
    session: SessionDep,
    _: AdminDep,
    settings: SettingsDep,
    job_id: Id,
    data: HeartbeatIn,
) -> Job:
    raise NotWritten(4)


@router.post("/jobs/{job_id}/complete", response_model=JobOut)
async def complete(
    session: SessionDep, _: AdminDep, job_id: Id, data: CompleteIn
) -> Job:
    raise NotWritten(3)


@router.post("/jobs/{job_id}/fail", response_model=JobOut)
async def fail(
    session: SessionDep, _: AdminDep, settings: SettingsDep, job_id: Id, data: FailIn
) -> Job:
    raise NotWritten(5)
