from sqlalchemy import Select, select

from blog.models import User


def user_by_email(email: str) -> Select[User]:
    return select(User).where(User.email == email)
