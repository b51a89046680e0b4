"""What an endpoint of the shop may ask for, beside what `given.deps` has."""

from typing import Annotated

from fastapi import Depends, Header, Request
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from given.database import Sessions
from given.deps import AdminDep, SessionDep, UserDep
from given.errors import NotFound, PreconditionFailed, PreconditionRequired
from given.schemas import Id
from shop import etags, ordering, queries
from shop.errors import KeyMissing
from shop.gateway import Gateway
from shop.idempotency import Key, hash_of
from shop.models import Order, Product
from shop.receipts import Receipts
from shop.settings import Settings


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def get_sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def get_http(request: Request) -> AsyncClient:
    http: AsyncClient = request.app.state.http
    return http


SettingsDep = Annotated[Settings, Depends(get_settings)]
# For the one endpoint that needs more transactions than one.
SessionsDep = Annotated[Sessions, Depends(get_sessions)]
HttpDep = Annotated[AsyncClient, Depends(get_http)]


async def get_gateway(http: HttpDep, settings: SettingsDep) -> Gateway:
    return Gateway(http, settings)


async def get_receipts(http: HttpDep, settings: SettingsDep) -> Receipts:
    return Receipts(http, settings.receipt_url)


GatewayDep = Annotated[Gateway, Depends(get_gateway)]
ReceiptsDep = Annotated[Receipts, Depends(get_receipts)]


async def load_product(session: SessionDep, product_id: Id) -> Product:
    product = await session.scalar(queries.product_by_id(product_id))
    if product is None:
        raise NotFound
    return product


ProductDep = Annotated[Product, Depends(load_product)]


async def require_match(
    session: SessionDep,
    _: AdminDep,
    product_id: Id,
    if_match: Annotated[str | None, Header()] = None,
) -> Product:
    """The product, locked, if it still is in the version that If-Match names."""
    # Lock, then compare: of two edits with one ETag, the second sees the new version.
    query = (
        select(Product)
        .options(joinedload(Product.stock, innerjoin=True))
        .where(Product.id == product_id)
        .with_for_update(of=Product)
    )
    product = await session.scalar(query)
    if product is None:
        raise NotFound
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag that you have read.")
    if not etags.if_match(if_match, etags.etag_of(product)):
        raise PreconditionFailed("The product has changed since you read it.")
    return product


MatchedProductDep = Annotated[Product, Depends(require_match)]


async def load_order(session: SessionDep, user: UserDep, order_id: Id) -> Order:
    # Another's order answers as if it were not there.
    query = queries.orders_seen_by(user).where(Order.id == order_id)
    order = await session.scalar(query)
    if order is None:
        raise NotFound
    return order


OrderDep = Annotated[Order, Depends(load_order)]


async def lock_order(session: SessionDep, user: UserDep, order_id: Id) -> Order:
    return await ordering.lock_order(session, user, order_id)


LockedOrderDep = Annotated[Order, Depends(lock_order)]


async def read_key(
    request: Request,
    user: UserDep,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Key:
    """The request's idempotency key, and what is asked under it."""
    if not idempotency_key:
        raise KeyMissing("Send a header Idempotency-Key.")
    body = hash_of(await request.json())
    return Key(user.id, idempotency_key, request.url.path, body)


KeyDep = Annotated[Key, Depends(read_key)]
