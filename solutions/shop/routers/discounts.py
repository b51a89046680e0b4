"""Discounts, and quotes: what a cart would cost."""

from fastapi import APIRouter

from given.deps import AdminDep, SessionDep
from shop import carts, catalogue
from shop.models import Discount
from shop.pricing import Quote
from shop.schemas import CartIn, DiscountIn, DiscountOut, QuoteOut

router = APIRouter(prefix="/v1", tags=["prices"])


@router.post("/discounts", status_code=201, response_model=DiscountOut)
async def add_discount(session: SessionDep, _: AdminDep, data: DiscountIn) -> Discount:
    return await catalogue.add_discount(session, data)


@router.post("/quotes", response_model=QuoteOut)
async def quote(session: SessionDep, data: CartIn) -> Quote:
    priced, _ = await carts.price_cart(session, data)
    return priced
