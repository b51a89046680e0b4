from shop.schemas import DiscountBase

Amount = int
Count = int
Total = int
Quantity = int
Limit = int
Sku = str
Currency = str
Code = str
Name = str
PaymentToken = str
DiscountIn = DiscountBase
