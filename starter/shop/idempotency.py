"""Idempotency keys: a request that succeeded is answered again, not done again."""

import hashlib
import json
from dataclasses import dataclass

from fastapi.responses import JSONResponse
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from given.unwritten import NotWritten
from shop.errors import KeyReused
from shop.models import IdempotencyKey
from shop.schemas import OrderOut


@dataclass(frozen=True)
class Key:
    """A user's key, and what was asked under it."""

    user_id: int
    key: str
    path: str
    request_hash: str


def hash_of(body: object) -> str:
    """Equal for bodies that are equal as JSON, whatever their white space."""
    # Nothing is remembered until stage 6.
    return ""


async def claim(session: AsyncSession, key: Key) -> JSONResponse | None:
    """None if this request is the first with its key, else the answer to repeat.

    A second request with the key waits here until the first one commits. After a
    rollback, a crash or a lost connection the row is gone and the key is free.
    """
    # Every request is the first until stage 6.
    return None


async def find(session: AsyncSession, key: Key) -> JSONResponse | None:
    """The answer that was kept under a key; KeyReused if it answered something else."""
    raise NotWritten(6)


async def keep(
    session: AsyncSession, key: Key, order: OrderOut, status: int
) -> JSONResponse:
    """Keep a success with what it did, in one transaction: both or neither."""
    # Told, but not kept until stage 6.
    return JSONResponse(order.model_dump(mode="json"), status)
