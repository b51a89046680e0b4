"""Accounts: registration and login."""

from typing import Annotated

from fastapi import APIRouter, Form

from blog import security, services
from blog.deps import SessionDep, SettingsDep
from blog.models import User
from blog.schemas import LoginIn, RegisterIn, TokenOut, UserOut

router = APIRouter(prefix="/v1/auth", tags=["auth"])


@router.post("/register", status_code=201, response_model=UserOut)
async def register(session: SessionDep, data: RegisterIn) -> User:
    return await services.register(session, data)


@router.post("/token")
async def log_in(
    session: SessionDep, settings: SettingsDep, form: Annotated[LoginIn, Form()]
) -> TokenOut:
    user_id = await services.authenticate(session, form.username, form.password)
    token = security.issue_token(user_id, settings)
    return TokenOut(access_token=token, expires_in=int(settings.access_ttl_s))
