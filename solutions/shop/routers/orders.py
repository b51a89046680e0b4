"""Orders and their workflow."""

from fastapi import APIRouter, BackgroundTasks, Response

from given.deps import AdminDep, PageDep, SessionDep, UserDep
from given.pagination import Page, Position, fetch_page
from given.schemas import Id, PageOut
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
    return Position(at=order.created_at, id=order.id)


@router.post("", status_code=201, response_model=OrderOut)
async def place_order(
    session: SessionDep,
    user: UserDep,
    settings: SettingsDep,
    key: KeyDep,
    data: OrderIn,
) -> Response:
    kept = await idempotency.claim(session, key)
    if kept is not None:
        return kept
    order = await ordering.place_order(session, user, data, settings.reservation_ttl_s)
    shown = OrderOut.model_validate(order)
    response = await idempotency.keep(session, key, shown, 201)
    response.headers["Location"] = f"/v1/orders/{order.id}"
    return response


@router.get("", response_model=PageOut[OrderOut])
async def list_orders(session: SessionDep, user: UserDep, page: PageDep) -> Page[Order]:
    query = queries.newest_orders(user, page.start)
    return await fetch_page(session, query, page.limit, place)


@router.get("/{order_id}", response_model=OrderOut)
async def get_order(order: OrderDep) -> Order:
    return order


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
    # Only the user was read: give the connection back before a charge that may take
    # seconds, or a few slow payments empty the pool.
    await session.commit()
    async with sessions.begin() as before:
        # Lock, then look: a twin that waited here finds what the first one kept.
        order = await ordering.lock_order(before, user, order_id)
        kept = await idempotency.find(before, key)
        if kept is not None:
            return kept
        charge = await payments.begin(before, order)
    if not await payments.ask_gateway(gateway, charge, data.payment_token):
        await payments.decline(sessions, charge)
        raise PaymentDeclined
    async with sessions.begin() as after:
        kept = await idempotency.claim(after, key)
        if kept is not None:
            return kept
        paid = OrderOut.model_validate(await payments.finish(after, user, charge))
        response = await idempotency.keep(after, key, paid, 200)
    # The payment is committed: send the receipt once the response has left.
    later.add_task(receipts.send, paid)
    response.background = later
    return response


@router.post("/{order_id}/cancel", response_model=OrderOut)
async def cancel(session: SessionDep, order: LockedOrderDep) -> Order:
    await ordering.cancel(session, order)
    return order


@router.post("/{order_id}/ship", response_model=OrderOut)
async def ship(_: AdminDep, order: LockedOrderDep) -> Order:
    ordering.move(order, "ship")
    return order


@router.post("/{order_id}/deliver", response_model=OrderOut)
async def deliver(_: AdminDep, order: LockedOrderDep) -> Order:
    ordering.move(order, "deliver")
    return order


@router.post("/{order_id}/refund", response_model=OrderOut)
async def refund(session: SessionDep, _: AdminDep, order: LockedOrderDep) -> Order:
    await ordering.refund(session, order)
    return order
