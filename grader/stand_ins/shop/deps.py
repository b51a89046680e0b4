from typing import Annotated

from fastapi import Header, Request

from given.deps import UserDep
from shop.idempotency import Key


async def read_key(
    request: Request,
    user: UserDep,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Key:
    # Not required and of no effect until stage 6.
    return Key(user.id, idempotency_key, request.url.path, "")
