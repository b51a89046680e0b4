"""Discounts, and quotes: what a cart would cost."""

from fastapi import APIRouter

from given.deps import AdminDep, SessionDep
from given.unwritten import NotWritten
from shop import carts, catalogue
from shop.models import Discount
from shop.pricing import Quote
from shop.schemas import CartIn, DiscountIn, DiscountOut, QuoteOut

router = APIRouter(prefix="/v1", tags=["prices"])


@router.post("/discounts", status_code=201, response_model=DiscountOut)
async def add_discount(session: SessionDep, _: AdminDep, data: DiscountIn) -> Discount:
    raise NotWritten(3)


@router.post("/quotes", response_model=QuoteOut)
async def quote(session: SessionDep, data: CartIn) -> Quote:
    raise NotWritten(3)
