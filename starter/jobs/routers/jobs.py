"""Jobs, as their users see them."""

from typing import Any

from fastapi import APIRouter, Response

from given.deps import AdminDep, PageDep, SessionDep, UserDep
from given.pagination import Page, Position, fetch_page
from given.schemas import Id, ItemsOut, PageOut
from given.unwritten import NotWritten
from jobs import queries, services
from jobs.deps import JobDep
from jobs.models import Job
from jobs.schemas import AttemptOut, JobIn, JobOut, NewJobOut, State

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.post("", status_code=202)
async def hand_in_job(
    session: SessionDep, _: UserDep, data: JobIn, response: Response
) -> NewJobOut:
    raise NotWritten(1)


@router.get("", response_model=PageOut[JobOut])
async def list_jobs(
    session: SessionDep,
    _: UserDep,
    page: PageDep,
    queue: str | None = None,
    kind: str | None = None,
    state: State | None = None,
) -> Page[Job]:
    raise NotWritten(1)


def place(job: Job) -> Position:
    raise NotWritten(1)


@router.get("/{job_id}", response_model=JobOut)
async def get_job(_: UserDep, job: JobDep) -> Job:
    return job


@router.get("/{job_id}/attempts", response_model=ItemsOut[AttemptOut])
async def list_attempts(session: SessionDep, _: UserDep, job: JobDep) -> dict[str, Any]:
    raise NotWritten(3)


@router.post("/{job_id}/cancel", response_model=JobOut)
async def cancel_job(
    session: SessionDep, _: UserDep, job_id: Id, response: Response
) -> Job:
    raise NotWritten(7)


@router.post("/{job_id}/retry", response_model=JobOut)
async def retry_job(session: SessionDep, _: AdminDep, job_id: Id) -> Job:
    raise NotWritten(5)
