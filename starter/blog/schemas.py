"""What a client may send, and exactly what it gets back."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    MISSING,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from blog.models import Tag
from blog.unwritten import NotWritten

T = TypeVar("T")


def parse_id(value: object) -> int:
    """The number in an id; 0, which no row has, for anything that is no id."""
    return int(str(value)) if re.fullmatch(r"[1-9][0-9]{0,17}", str(value)) else 0


def fold_tag(value: Any) -> Any:
    raise NotWritten(4)


def sorted_names(tags: Iterable[Tag]) -> list[str]:
    raise NotWritten(4)


# Clients see ids as opaque strings, so that bigints may become UUIDs one day.
Id = Annotated[
    int,
    BeforeValidator(parse_id),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string"}),
]
# PostgreSQL cannot store a NUL: refuse it here, not with a 500 there.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Role = Literal["user", "admin"]
Status = Literal["draft", "published"]


class Out(BaseModel):
    """A response, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


class RegisterIn(BaseModel):
    email: str
    name: str
    password: str


class LoginIn(BaseModel):
    """The OAuth2 password form; its other fields mean nothing here."""

    username: Text
    password: str


class RoleIn(BaseModel):
    role: Role


class PostIn(BaseModel):
    pass


class PostPatch(BaseModel):
    pass


class ImportIn(BaseModel):
    pass


class CommentIn(BaseModel):
    pass


class TokenOut(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int


class UserOut(Out):
    id: Id
    email: str
    name: str
    role: Role


class AuthorOut(Out):
    id: Id
    name: str


class PostOut(Out):
    pass


class CommentOut(Out):
    pass


class TagOut(Out):
    pass


class ItemsOut(Out, Generic[T]):
    items: list[T]


class PageOut(ItemsOut[T], Generic[T]):
    next_cursor: str | None
