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

T = TypeVar("T")


def parse_id(value: object) -> int:
    """The number in an id; 0, which no row has, for anything that is no id."""
    return int(str(value)) if re.fullmatch(r"[1-9][0-9]{0,17}", str(value)) else 0


def fold_tag(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def sorted_names(tags: Iterable[Tag]) -> list[str]:
    return sorted(tag.name for tag in tags)


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
Title = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Body = Annotated[Text, StringConstraints(min_length=1, max_length=50_000)]
Slug = Annotated[
    str, StringConstraints(max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
]
TagName = Annotated[
    str, BeforeValidator(fold_tag), StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")
]
# A set, so that the limit counts each tag once.
Tags = Annotated[set[TagName], Field(max_length=10)]
Role = Literal["user", "admin"]
Status = Literal["draft", "published"]


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


class PostIn(BaseModel):
    title: Title
    body: Body
    slug: Slug | None = None
    status: Status = "draft"
    tags: Tags = set()


class PostPatch(BaseModel):
    # MISSING, not None: a field may be left out, but null is not a title.
    title: Title | MISSING = MISSING
    body: Body | MISSING = MISSING
    status: Status | MISSING = MISSING
    tags: Tags | MISSING = MISSING


class ImportIn(BaseModel):
    posts: list[PostIn] = Field(min_length=1, max_length=100)


class CommentIn(BaseModel):
    body: Annotated[Text, StringConstraints(min_length=1, max_length=2000)]
    parent_id: Id | None = None


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
    id: Id
    slug: str
    title: str
    body: str
    status: Status
    version: int
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    author: AuthorOut
    tags: Annotated[list[str], BeforeValidator(sorted_names)]
    comment_count: int


class CommentOut(Out):
    id: Id
    parent_id: Id | None
    body: str | None = Field(validation_alias="visible_body")
    created_at: datetime
    deleted: bool
    author: AuthorOut


class TagOut(Out):
    name: str
    post_count: int


class ItemsOut(Out, Generic[T]):
    items: list[T]


class PageOut(ItemsOut[T], Generic[T]):
    next_cursor: str | None
