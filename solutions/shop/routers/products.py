"""Products and their stock: everybody reads, admins write."""

from fastapi import APIRouter, Response

from given.deps import AdminDep, PageDep, SessionDep
from given.pagination import Page, Position, fetch_page
from given.schemas import PageOut
from shop import catalogue, etags, queries, stock
from shop.deps import MatchedProductDep, ProductDep
from shop.models import Product, Stock
from shop.schemas import ProductIn, ProductOut, ProductPatch, StockIn, StockOut

router = APIRouter(prefix="/v1/products", tags=["products"])


def place(product: Product) -> Position:
    return Position(at=product.created_at, id=product.id)


@router.get("", response_model=PageOut[ProductOut])
async def list_products(session: SessionDep, page: PageDep) -> Page[Product]:
    query = queries.newest_products(page.start)
    return await fetch_page(session, query, page.limit, place)


@router.post("", status_code=201, response_model=ProductOut)
async def add_product(
    session: SessionDep, _: AdminDep, data: ProductIn, response: Response
) -> Product:
    product = await catalogue.add_product(session, data)
    response.headers["Location"] = f"/v1/products/{product.id}"
    response.headers["ETag"] = etags.etag_of(product)
    return product


@router.get("/{product_id}", response_model=ProductOut)
async def get_product(product: ProductDep, response: Response) -> Product:
    response.headers["ETag"] = etags.etag_of(product)
    return product


@router.patch("/{product_id}", response_model=ProductOut)
async def edit_product(
    session: SessionDep,
    product: MatchedProductDep,
    data: ProductPatch,
    response: Response,
) -> Product:
    product = await catalogue.edit_product(session, product, data)
    response.headers["ETag"] = etags.etag_of(product)
    return product


@router.put("/{product_id}/stock", response_model=StockOut)
async def set_stock(
    session: SessionDep, _: AdminDep, product: ProductDep, data: StockIn
) -> Stock:
    return await stock.count_anew(session, product.id, data)
