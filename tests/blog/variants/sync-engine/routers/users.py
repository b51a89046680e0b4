"""Users: oneself, and the roles that admins give."""

from fastapi import APIRouter

from blog.deps import AdminDep, SessionDep, UserDep
from blog.errors import NotFound
from blog.models import User
from blog.schemas import Id, RoleIn, UserOut

router = APIRouter(prefix="/v1", tags=["users"])


@router.get("/me", response_model=UserOut)
def get_me(user: UserDep) -> User:
    return user


@router.put("/users/{user_id}/role", response_model=UserOut)
def set_role(session: SessionDep, _: AdminDep, user_id: Id, data: RoleIn) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    user.role = data.role
    return user
