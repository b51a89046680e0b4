"""The protocol of workers: lease, heartbeat, complete, fail."""

import asyncio

from fastapi import APIRouter

from given.database import Sessions
from given.deps import AdminDep, SessionDep
from given.schemas import Id, ItemsOut
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
    # The caller was checked: give the connection back, for the wait can take 20 s.
    await session.commit()
    jobs = await lease_or_wait(sessions, settings, wakeup, data)
    return ItemsOut(items=[shown(job) for job in jobs])


def shown(job: Job) -> LeaseOut:
    return LeaseOut.model_validate(
        {
            "job": JobOut.model_validate(job),
            "lease_token": job.lease_token,
            "lease_expires_at": job.lease_expires_at,
        }
    )


async def lease_now(sessions: Sessions, settings: Settings, data: LeaseIn) -> list[Job]:
    """The jobs that are due at this moment, perhaps none."""
    wanted = Wanted(data.worker_id, data.max_jobs, data.queues, data.kinds)
    # A session for each look, so that no connection is kept in between.
    async with sessions.begin() as session:
        return await lease_jobs(session, wanted, settings.lease_s)


async def lease_or_wait(
    sessions: Sessions, settings: Settings, wakeup: Wakeup, data: LeaseIn
) -> list[Job]:
    """Jobs as soon as there are some; none once `wait_s` is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + data.wait_s
    while True:
        seen = wakeup.count
        jobs = await lease_now(sessions, settings, data)
        left = deadline - loop.time()
        if jobs or left <= 0:
            return jobs
        await wakeup.wait(seen, min(left, settings.poll_s))


@router.post("/jobs/{job_id}/heartbeat", response_model=HeartbeatOut)
async def heartbeat(
    session: SessionDep,
    _: AdminDep,
    settings: SettingsDep,
    job_id: Id,
    data: HeartbeatIn,
) -> Job:
    return await holders.heartbeat(
        session, job_id, data.lease_token, settings, data.progress
    )


@router.post("/jobs/{job_id}/complete", response_model=JobOut)
async def complete(
    session: SessionDep, _: AdminDep, job_id: Id, data: CompleteIn
) -> Job:
    return await holders.complete(session, job_id, data.lease_token, data.result)


@router.post("/jobs/{job_id}/fail", response_model=JobOut)
async def fail(
    session: SessionDep, _: AdminDep, settings: SettingsDep, job_id: Id, data: FailIn
) -> Job:
    return await holders.fail(
        session,
        job_id,
        data.lease_token,
        settings,
        error=data.error,
        retryable=data.retryable,
    )
