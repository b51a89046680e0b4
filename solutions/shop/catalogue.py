"""Writes of products and discounts; whoever opened the session commits it."""

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shop.errors import CodeTaken, SkuTaken
from shop.models import Discount, Product, Stock
from shop.schemas import DiscountBase, ProductIn, ProductPatch


async def add_product(session: AsyncSession, data: ProductIn) -> Product:
    # The unique constraint decides, not a look beforehand.
    product: Product | None = await session.scalar(
        upsert(Product)
        .values(**data.model_dump())
        .on_conflict_do_nothing()
        .returning(Product)
    )
    if product is None:
        raise SkuTaken(f"There is a product {data.sku}.")
    # Every product has its row of stock from the start: no read needs a default.
    product.stock = Stock(product_id=product.id, on_hand=0, reserved=0)
    return product


async def edit_product(
    session: AsyncSession, product: Product, data: ProductPatch
) -> Product:
    """Change a product that is locked: its version grows by one."""
    for field, value in data.model_dump().items():
        setattr(product, field, value)
    product.version += 1
    await session.flush()
    return product


async def add_discount(session: AsyncSession, data: DiscountBase) -> Discount:
    discount: Discount | None = await session.scalar(
        upsert(Discount)
        .values(**data.model_dump())
        .on_conflict_do_nothing()
        .returning(Discount)
    )
    if discount is None:
        raise CodeTaken(f"There is a code {data.code}.")
    return discount
