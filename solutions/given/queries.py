# Generated from solutions/blog/queries.py by nox -s starter: edit that file.
# Digest of the lines below: fe113bc2fc1484bd
"""Reads: functions that return a Select and run nothing."""

from sqlalchemy import Select, func, select

from given.models import User


def user_by_email(email: str) -> Select[User]:
    return select(User).where(func.lower(User.email) == func.lower(email))
