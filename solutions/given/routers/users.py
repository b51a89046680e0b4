# Generated from solutions/blog/routers/users.py by nox -s starter: edit that file.
# Digest of the lines below: 0fb67ee3b1a23e82
"""Users: oneself, and the roles that admins give."""

from fastapi import APIRouter

from given.deps import AdminDep, SessionDep, UserDep
from given.errors import NotFound
from given.models import User
from given.schemas import Id, RoleIn, UserOut

router = APIRouter(prefix="/v1", tags=["users"])


@router.get("/me", response_model=UserOut)
async def get_me(user: UserDep) -> User:
    return user


@router.put("/users/{user_id}/role", response_model=UserOut)
async def set_role(session: SessionDep, _: AdminDep, user_id: Id, data: RoleIn) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise NotFound
    user.role = data.role
    return user
