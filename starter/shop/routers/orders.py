"""Orders and their workflow."""

from fastapi import APIRouter, BackgroundTasks, Response

from given.deps import AdminDep, PageDep, SessionDep, UserDep
from given.pagination import Page, Position, fetch_page
from given.schemas import Id, PageOut
from given.unwritten import NotWritten
from shop import idempotency, ordering, payments, queries
from shop.deps import (
    GatewayDep,
    KeyDep,
    LockedOrderDep,
    OrderDep,
    ReceiptsDep,
    SessionsDep,
    SettingsDep,
)
from shop.errors import PaymentDeclined
from shop.models import Order
from shop.schemas import OrderIn, OrderOut, PayIn

router = APIRouter(prefix="/v1/orders", tags=["orders"])


def place(order: Order) -> Position:
    raise NotWritten(4)


@router.post("", status_code=201, response_model=OrderOut)
async def place_order(
    session: SessionDep,
    user: UserDep,
    settings: SettingsDep,
    key: KeyDep,
    data: OrderIn,
) -> Response:
    raise NotWritten(4)


@router.get("", response_model=PageOut[OrderOut])
async def list_orders(session: SessionDep, user: UserDep, page: PageDep) -> Page[Order]:
    raise NotWritten(4)


@router.get("/{order_id}", response_model=OrderOut)
async def get_order(order: OrderDep) -> Order:
    raise NotWritten(4)


@router.post("/{order_id}/pay", response_model=OrderOut)
async def pay(
    session: SessionDep,
    sessions: SessionsDep,
    gateway: GatewayDep,
    receipts: ReceiptsDep,
    user: UserDep,
    key: KeyDep,
    order_id: Id,
    data: PayIn,
    later: BackgroundTasks,
) -> Response:
    raise NotWritten(6)


@router.post("/{order_id}/cancel", response_model=OrderOut)
async def cancel(session: SessionDep, order: LockedOrderDep) -> Order:
    raise NotWritten(7)


@router.post("/{order_id}/ship", response_model=OrderOut)
async def ship(_: AdminDep, order: LockedOrderDep) -> Order:
    raise NotWritten(7)


@router.post("/{order_id}/deliver", response_model=OrderOut)
async def deliver(_: AdminDep, order: LockedOrderDep) -> Order:
    raise NotWritten(7)


@router.post("/{order_id}/refund", response_model=OrderOut)
async def refund(session: SessionDep, _: AdminDep, order: LockedOrderDep) -> Order:
    raise NotWritten(7)
