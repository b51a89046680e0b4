# Generated from solutions/blog/routers/auth.py by nox -s starter: edit that file.
# Digest of the lines below: 6c89cde8bd8d0c80
"""Accounts: registration and login."""

from typing import Annotated

from fastapi import APIRouter, Form

from given import security, services
from given.deps import SessionDep, SettingsDep
from given.models import User
from given.schemas import LoginIn, RegisterIn, TokenOut, UserOut

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
