"""A small blog API: posts, tags and comments on FastAPI and PostgreSQL."""
