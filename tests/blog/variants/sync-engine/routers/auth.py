"""Accounts: registration and login."""

from typing import Annotated

from fastapi import APIRouter, Form

from blog import security, services
from blog.deps import SessionDep, SettingsDep
from blog.models import User
from blog.schemas import LoginIn, RegisterIn, TokenOut, UserOut

router = APIRouter(prefix="/v1/auth", tags=["auth"])


@router.post("/register", status_code=201, response_model=UserOut)
def register(session: SessionDep, data: RegisterIn) -> User:
    return services.register(session, data)


@router.post("/token")
def log_in(
    session: SessionDep, settings: SettingsDep, form: Annotated[LoginIn, Form()]
) -> TokenOut:
    user_id = services.authenticate(session, form.username, form.password)
    token = security.issue_token(user_id, settings)
    return TokenOut(access_token=token, expires_in=int(settings.access_ttl_s))
