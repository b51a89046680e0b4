"""What can go wrong in the shop; given.errors turns it into problem details."""

from typing import ClassVar

from given.errors import ApiError


class SkuTaken(ApiError):
    status, code = 409, "sku_taken"


class CodeTaken(ApiError):
    status, code = 409, "code_taken"


class StockConflict(ApiError):
    status, code = 409, "stock_conflict"


class BadLines(ApiError):
    """A 422 about the lines of a cart."""

    status = 422
    errors: ClassVar = ({"pointer": "/lines", "detail": "Look at these lines."},)


class TooMany(BadLines):
    code = "validation_error"


class UnknownProduct(BadLines):
    code = "unknown_product"


class MixedCurrency(BadLines):
    code = "mixed_currency"


class DiscountInvalid(ApiError):
    status, code = 422, "discount_invalid"
    errors: ClassVar = (
        {"pointer": "/discount_code", "detail": "This code is not valid here."},
    )


class DiscountExhausted(ApiError):
    status, code = 409, "discount_exhausted"


class InsufficientStock(ApiError):
    status, code = 409, "insufficient_stock"


class PriceChanged(ApiError):
    status, code = 409, "price_changed"


class InvalidTransition(ApiError):
    status, code = 409, "invalid_transition"


class OrderExpired(ApiError):
    status, code = 409, "order_expired"


class ChargeUnderWay(ApiError):
    status, code = 409, "charge_under_way"


class KeyMissing(ApiError):
    status, code = 400, "idempotency_key_missing"


class KeyReused(ApiError):
    status, code = 422, "idempotency_key_reused"


class PaymentDeclined(ApiError):
    status, code = 402, "payment_declined"


class PaymentUnavailable(ApiError):
    status, code = 502, "payment_unavailable"
