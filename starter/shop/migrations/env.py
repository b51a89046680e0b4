"""Runs the shop's migrations: see given.migrate."""

from given import migrate
from shop.models import Product

target_metadata = Product.metadata
migrate.run(target_metadata)
