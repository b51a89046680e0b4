# Generated from solutions/blog/schemas.py by nox -s starter: edit that file.
# Digest of the lines below: 42896e7a20f313c4
"""What a client may send, and exactly what it gets back."""

import re
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

T = TypeVar("T")


def parse_id(value: object) -> int:
    """The number in an id; 0, which no row has, for anything that is no id."""
    return int(str(value)) if re.fullmatch(r"[1-9][0-9]{0,17}", str(value)) else 0


# Clients see ids as opaque strings, so that bigints may become UUIDs one day.
Id = Annotated[
    int,
    BeforeValidator(parse_id),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string"}),
]
# PostgreSQL cannot store a NUL: refuse it here, not with a 500 there.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")
]
Password = Annotated[str, StringConstraints(min_length=8, max_length=128)]
Role = Literal["user", "admin"]


class Out(BaseModel):
    """A response, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


class RegisterIn(BaseModel):
    email: Email
    name: Annotated[Text, StringConstraints(min_length=1, max_length=80)]
    password: Password


class LoginIn(BaseModel):
    """The OAuth2 password form; its other fields mean nothing here."""

    username: Text
    password: str


class RoleIn(BaseModel):
    role: Role


class TokenOut(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int


class UserOut(Out):
    id: Id
    email: str
    name: str
    role: Role


class ItemsOut(Out, Generic[T]):
    items: list[T]


class PageOut(ItemsOut[T], Generic[T]):
    next_cursor: str | None
