"""What comes in and goes out as JSON; amounts are integers, nothing else will do."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import MISSING, AwareDatetime, BaseModel, Field, StringConstraints

from given.schemas import Id, Out, Text

# strict: 1.0, "1" and true are no amounts, however easily Python would turn them
# into one.
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Total = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1000)]
Limit = Annotated[int, Field(strict=True, ge=1, lt=2**31)]
Sku = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,40}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{3,20}$", to_upper=True)]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
PaymentToken = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Kind = Literal["percent", "fixed"]
Status = Literal[
    "pending", "paid", "shipped", "delivered", "cancelled", "expired", "refunded"
]


class ProductIn(BaseModel):
    sku: Sku
    name: Name
    price_minor: Amount
    currency: Currency
    active: bool = True


class ProductPatch(BaseModel):
    # MISSING, not None: a field may be left out, but null is not a price.
    name: Name | MISSING = MISSING
    price_minor: Amount | MISSING = MISSING
    active: bool | MISSING = MISSING


class ProductOut(Out):
    id: Id
    sku: str
    name: str
    active: bool
    price_minor: int
    currency: str
    version: int
    available: int
    created_at: datetime


class StockIn(BaseModel):
    on_hand: Count
    expected_on_hand: Count


class StockOut(Out):
    product_id: Id
    on_hand: int
    reserved: int
    available: int


class DiscountBase(BaseModel):
    code: Code
    currency: Currency | None = None
    min_subtotal: Total = 0
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    max_redemptions: Limit | None = None


class PercentIn(DiscountBase):
    kind: Literal["percent"]
    # Basis points: 1250 is 12.5 %.
    value: Annotated[int, Field(strict=True, ge=1, le=10_000)]


class FixedIn(DiscountBase):
    kind: Literal["fixed"]
    value: Annotated[Amount, Field(ge=1)]
    currency: Currency


DiscountIn = Annotated[PercentIn | FixedIn, Field(discriminator="kind")]


class DiscountOut(Out):
    id: Id
    code: str
    kind: Kind
    value: int
    currency: str | None
    min_subtotal: int
    starts_at: datetime | None
    ends_at: datetime | None
    max_redemptions: int | None
    redeemed: int


class LineIn(BaseModel):
    product_id: Id
    qty: Quantity


class CartIn(BaseModel):
    lines: list[LineIn] = Field(min_length=1, max_length=50)
    discount_code: Text | None = None


class OrderIn(CartIn):
    expected_total: Total | None = None


class PayIn(BaseModel):
    payment_token: PaymentToken


class LineOut(Out):
    product_id: Id
    sku: str
    unit_price: int
    qty: int
    line_discount: int
    line_total: int


class QuoteOut(Out):
    currency: str
    subtotal: int
    discount: int
    total: int
    code: str | None
    lines: list[LineOut]


class OrderOut(QuoteOut):
    id: Id
    user_id: Id
    status: Status
    expires_at: datetime
    created_at: datetime
