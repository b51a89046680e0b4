"""Idempotency keys: a request that succeeded is answered again, not done again."""

import hashlib
import json
from dataclasses import dataclass

from fastapi.responses import JSONResponse
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

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
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def claim(session: AsyncSession, key: Key) -> JSONResponse | None:
    """None if this request is the first with its key, else the answer to repeat.

    A second request with the key waits here until the first one commits. After a
    rollback, a crash or a lost connection the row is gone and the key is free.
    """
    values = {
        "user_id": key.user_id,
        "key": key.key,
        "path": key.path,
        "request_hash": key.request_hash,
    }
    claimed = await session.scalar(
        upsert(IdempotencyKey)
        .values(values)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    return None if claimed is not None else await find(session, key)


async def find(session: AsyncSession, key: Key) -> JSONResponse | None:
    """The answer that was kept under a key; KeyReused if it answered something else."""
    kept = await session.get(IdempotencyKey, (key.user_id, key.key))
    if kept is None:
        return None
    if (kept.path, kept.request_hash) != (key.path, key.request_hash):
        raise KeyReused
    headers = {"Idempotency-Replayed": "true"}
    return JSONResponse(kept.body, kept.status or 200, headers)


async def keep(
    session: AsyncSession, key: Key, order: OrderOut, status: int
) -> JSONResponse:
    """Keep a success with what it did, in one transaction: both or neither."""
    body = order.model_dump(mode="json")
    await session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.user_id == key.user_id, IdempotencyKey.key == key.key)
        .values(status=status, body=body)
        .execution_options(synchronize_session=False)
    )
    return JSONResponse(body, status)
