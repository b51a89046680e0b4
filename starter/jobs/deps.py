"""What an endpoint of the queue may ask for, besides what is given."""

from typing import Annotated

from fastapi import Depends, Request

from given.database import Sessions
from given.deps import SessionDep
from given.errors import NotFound
from given.schemas import Id
from given.unwritten import NotWritten
from jobs.models import Job
from jobs.settings import Settings
from jobs.wakeup import Wakeup


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def get_sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def get_wakeup(request: Request) -> Wakeup:
    wakeup: Wakeup = request.app.state.wakeup
    return wakeup


async def load_job(session: SessionDep, job_id: Id) -> Job:
    raise NotWritten(1)


SettingsDep = Annotated[Settings, Depends(get_settings)]
SessionsDep = Annotated[Sessions, Depends(get_sessions)]
WakeupDep = Annotated[Wakeup, Depends(get_wakeup)]
JobDep = Annotated[Job, Depends(load_job)]
