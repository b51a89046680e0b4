"""Users: oneself, and the roles that admins give."""

from fastapi import APIRouter

from blog.deps import AdminDep, SessionDep, UserDep
from blog.errors import NotFound
from blog.models import User
from blog.schemas import Id, RoleIn, UserOut
from blog.unwritten import NotWritten

router = APIRouter(prefix="/v1", tags=["users"])


@router.get("/me", response_model=UserOut)
async def get_me(user: UserDep) -> User:
    raise NotWritten(3)


@router.put("/users/{user_id}/role", response_model=UserOut)
async def set_role(session: SessionDep, _: AdminDep, user_id: Id, data: RoleIn) -> User:
    raise NotWritten(3)
