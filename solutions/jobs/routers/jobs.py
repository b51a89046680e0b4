"""Jobs, as their users see them."""

from typing import Any

from fastapi import APIRouter, Response

from given.deps import AdminDep, PageDep, SessionDep, UserDep
from given.pagination import Page, Position, fetch_page
from given.schemas import Id, ItemsOut, PageOut
from jobs import queries, services
from jobs.deps import JobDep
from jobs.models import Job
from jobs.schemas import AttemptOut, JobIn, JobOut, NewJobOut, State

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.post("", status_code=202)
async def hand_in_job(
    session: SessionDep, _: UserDep, data: JobIn, response: Response
) -> NewJobOut:
    job, is_new = await services.hand_in(session, data)
    response.status_code = 202 if is_new else 200
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    shown = NewJobOut.model_validate(job)
    return shown.model_copy(update={"deduplicated": not is_new})


@router.get("", response_model=PageOut[JobOut])
async def list_jobs(
    session: SessionDep,
    _: UserDep,
    page: PageDep,
    queue: str | None = None,
    kind: str | None = None,
    state: State | None = None,
) -> Page[Job]:
    query = queries.newest_jobs(page.start, queue, kind, state)
    return await fetch_page(session, query, page.limit, place)


def place(job: Job) -> Position:
    return Position(at=job.created_at, id=job.id)


@router.get("/{job_id}", response_model=JobOut)
async def get_job(_: UserDep, job: JobDep) -> Job:
    return job


@router.get("/{job_id}/attempts", response_model=ItemsOut[AttemptOut])
async def list_attempts(session: SessionDep, _: UserDep, job: JobDep) -> dict[str, Any]:
    return {"items": list(await session.scalars(queries.attempts_of(job)))}


@router.post("/{job_id}/cancel", response_model=JobOut)
async def cancel_job(
    session: SessionDep, _: UserDep, job_id: Id, response: Response
) -> Job:
    job = await services.cancel(session, job_id)
    # A running job is cancelled by its worker, later or not at all.
    response.status_code = 202 if job.state == "running" else 200
    return job


@router.post("/{job_id}/retry", response_model=JobOut)
async def retry_job(session: SessionDep, _: AdminDep, job_id: Id) -> Job:
    return await services.retry(session, job_id)
