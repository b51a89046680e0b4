"""What comes in and goes out as JSON; amounts are integers, nothing else will do."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import MISSING, AwareDatetime, BaseModel, Field, StringConstraints

from given.schemas import Id, Out, Text

Amount = int
Total = int
Count = int
Quantity = int
Limit = int
Sku = str
Currency = str
Code = str
Name = str
PaymentToken = str
Kind = Literal["percent", "fixed"]
Status = Literal[
    "pending", "paid", "shipped", "delivered", "cancelled", "expired", "refunded"
]


class ProductIn(BaseModel):
    pass


class ProductPatch(BaseModel):
    pass


class ProductOut(Out):
    pass


class StockIn(BaseModel):
    pass


class StockOut(Out):
    pass


class DiscountBase(BaseModel):
    pass


DiscountIn = DiscountBase


class DiscountOut(Out):
    pass


class LineIn(BaseModel):
    pass


class CartIn(BaseModel):
    pass


class OrderIn(CartIn):
    pass


class PayIn(BaseModel):
    pass


class LineOut(Out):
    pass


class QuoteOut(Out):
    pass


class OrderOut(QuoteOut):
    pass
