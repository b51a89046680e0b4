"""Migrations: old posts survive, each under a slug of its own."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Engine, text

LEGACY = [
    (None, "Hello", True),
    ("same", "First", True),
    ("same", "Second", False),
    ("same-3", "Third", False),
    (None, "你好", True),
    (None, "", None),
]


async def test_legacy_posts_keep_their_text_and_get_slugs(
    new_database: Callable[[], AbstractContextManager[Engine]],
    migrate: Callable[..., None],
) -> None:
    user = text(
        "INSERT INTO users (email, name, password_hash, created_at)"
        " VALUES ('old@example.org', 'Old', '-', now())"
    )
    post = text(
        "INSERT INTO posts (author_id, slug, title, body, is_published,"
        " created_at, updated_at)"
        " SELECT id, :slug, :title, 'Text.', :published, now(), now() FROM users"
    )
    rows = [{"slug": s, "title": t, "published": p} for s, t, p in LEGACY]
    with new_database() as engine:
        migrate(engine, "0001")
        with engine.begin() as connection:
            connection.execute(user)
            connection.execute(post, rows)
        migrate(engine)
        with engine.connect() as connection:
            query = "SELECT title, slug, published_at IS NOT NULL FROM posts"
            found = {title: rest for title, *rest in connection.execute(text(query))}

    assert {title: published for title, (_, published) in found.items()} == {
        title: bool(published) for _, title, published in LEGACY
    }
    assert len({slug for slug, _ in found.values()}) == len(LEGACY)
    assert found["First"][0] == "same"
    assert found["Third"][0] == "same-3"
