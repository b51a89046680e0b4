"""Writes of products and discounts; whoever opened the session commits it."""

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from given.unwritten import NotWritten
from shop.errors import CodeTaken, SkuTaken
from shop.models import Discount, Product, Stock
from shop.schemas import DiscountBase, ProductIn, ProductPatch


async def add_product(session: AsyncSession, data: ProductIn) -> Product:
    raise NotWritten(1)


async def edit_product(
    session: AsyncSession, product: Product, data: ProductPatch
) -> Product:
    """Change a product that is locked: its version grows by one."""
    raise NotWritten(1)


async def add_discount(session: AsyncSession, data: DiscountBase) -> Discount:
    raise NotWritten(3)
