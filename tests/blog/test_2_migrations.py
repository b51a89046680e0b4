"""Stage 2: a migration carries 300 old posts over and can be undone."""

from grader.judge.app.world import World
from grader.judge.checks import expect
from tests.blog.legacy import (
    CREATED,
    POSTS,
    TITLE,
    UPDATED,
    Legacy,
    column_names,
    migrated,
    refused,
)
from tests.schema import columns_where, foreign_keys, indexes

# What the statement lays down of the tables, besides their constraints.
NULLABLE = {"posts.published_at", "comments.parent_id", "comments.deleted_at"}
TIMES = {
    *("users.created_at", "posts.published_at", "posts.created_at"),
    *("posts.updated_at", "comments.created_at", "comments.deleted_at"),
}
KEYS = {
    *("posts.author_id users", "comments.post_id posts", "comments.author_id users"),
    *("comments.parent_id comments", "post_tags.post_id posts"),
    "post_tags.tag_id tags",
}
INDEXES = {
    *("posts status published_at id", "posts author_id", "post_tags tag_id"),
    "comments post_id created_at id",
}
OWN_SLUGS = sum(
    n % 5 != 0 and n % 7 != 0 and n not in (8, 16, 17) for n in range(1, POSTS + 1)
)
# Of an old post, from its body.
NUMBER = "substr(body, 6)::int"
NEW = {"status", "version", "published_at"}
A_USER = """
    INSERT INTO users (email, name, password_hash, role, created_at)
    VALUES ('{0}', 'new', 'x', '{1}', now())
"""
# One post with one tag, twice.
TAGGED_TWICE = """
    INSERT INTO tags (name) VALUES ('once');
    INSERT INTO post_tags (post_id, tag_id)
    SELECT posts.id, tags.id FROM posts, tags, generate_series(1, 2)
    WHERE body = 'Body 1'
"""
# What 0001 takes: a post with a slug that another one has, and one with none.
AS_BEFORE = """
    INSERT INTO posts (author_id, slug, title, body, created_at, updated_at)
    SELECT author_id, CASE WHEN body = 'Body 1' THEN slug END,
           title, 'As before', created_at, updated_at
    FROM posts WHERE body IN ('Body 1', 'Body 2')
"""


async def test_upgrade_keeps_every_post(legacy: Legacy) -> None:
    """`upgrade head` keeps all 300 posts, their authors, text and times."""
    legacy.must_be_upgraded()
    columns = await column_names(legacy.database, "posts")
    expect.true("columns", columns >= NEW, expected=sorted(NEW), got=sorted(columns))

    expect.equal("rows", await legacy.database.count("posts"), POSTS, table="posts")
    kept = await legacy.database.count(
        "posts",
        f"body ~ '^Body [0-9]+$' AND title = {TITLE.format(NUMBER)}"
        f" AND created_at = {CREATED.format(NUMBER)}"
        f" AND updated_at = {UPDATED.format(NUMBER)}",
    )
    expect.equal("rows_unchanged", kept, POSTS, table="posts")
    theirs = await legacy.database.count(
        "posts JOIN users ON users.id = author_id",
        "name = CASE WHEN substr(body, 6)::int % 2 = 0 THEN 'old' ELSE 'odd' END",
    )
    expect.equal("rows_unchanged", theirs, POSTS, table="posts.author_id")


async def test_slugs_become_unique(legacy: Legacy) -> None:
    """Every post has a slug of its own; a slug that was unique stays as it was."""
    legacy.must_be_upgraded()
    db = legacy.database

    good = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80"
    expect.equal("well_formed_slugs", await db.count("posts", good), POSTS)
    distinct = await db.value("SELECT count(DISTINCT slug) FROM posts")
    expect.equal("distinct_slugs", distinct, POSTS)
    own = await db.count("posts", "slug = 'own-' || substr(body, 6)")
    expect.equal("kept_slugs", own, OWN_SLUGS)
    expect.equal(
        "kept_slugs",
        await db.count("posts", "slug = 'shared-2' AND body = 'Body 8'"),
        1,
    )
    for slug, body in (("shared", "Body 7"), ("long" * 20, "Body 16")):
        first = await db.count("posts", "slug = %s AND body = %s", slug, body)
        expect.equal("first_keeps_slug", first, 1)


async def test_published_state_is_translated(legacy: Legacy) -> None:
    """`is_published` becomes `status`, `published_at` and `version` 1."""
    legacy.must_be_upgraded()
    db = legacy.database

    third = "substr(body, 6)::int % 3 = 0"
    right = await db.count(
        "posts",
        f"CASE WHEN {third} THEN status = 'published' AND published_at = updated_at"
        " ELSE status = 'draft' AND published_at IS NULL END AND version = 1",
    )
    expect.equal("translated", right, POSTS)
    columns = await column_names(db, "posts")
    expect.true("column_gone", "is_published" not in columns, got=sorted(columns))


async def test_constraints_guard_the_table(legacy: Legacy) -> None:
    """The database refuses what is doubled or missing, and what cannot be."""
    legacy.must_be_upgraded()
    for change in (
        "UPDATE posts SET slug = NULL WHERE body = 'Body 1'",
        "UPDATE posts SET slug = 'own-2' WHERE body = 'Body 1'",
        "UPDATE posts SET status = 'secret' WHERE body = 'Body 1'",
        "UPDATE posts SET status = 'published' WHERE body = 'Body 1'",
        "UPDATE posts SET published_at = now() WHERE body = 'Body 1'",
        "INSERT INTO tags (name) VALUES ('same'), ('same')",
        TAGGED_TWICE,
        A_USER.format("OLD@example.com", "user"),
        A_USER.format("new@example.com", "root"),
    ):
        expect.true("constraint", await refused(legacy.database, change), got=change)


async def test_tables_are_as_described(world: World, legacy: Legacy) -> None:
    """NULL, time zones, foreign keys and indexes are as the page describes them."""
    legacy.must_be_upgraded()
    db = legacy.database

    empty = await columns_where(db, "is_nullable = 'YES'") & world.problem.columns
    expect.equal("nullable", sorted(empty), sorted(NULLABLE))
    zoned = await columns_where(db, "data_type = 'timestamp with time zone'")
    expect.equal("missing_in_schema", sorted(TIMES - zoned), [], what="timestamptz")
    missing = KEYS - await foreign_keys(db)
    expect.equal("missing_in_schema", sorted(missing), [], what="FOREIGN KEY")
    missing = INDEXES - await indexes(db)
    expect.equal("missing_in_schema", sorted(missing), [], what="INDEX")


async def test_models_and_migrations_agree(world: World, legacy: Legacy) -> None:
    """`alembic check` finds nothing left to migrate."""
    legacy.must_be_upgraded()

    ran = world.migrate(legacy.database, ["check"])

    expect.true(
        "alembic_check",
        ran.ok,
        expected="alembic check",
        got=(ran.err + ran.out)[-600:],
    )


async def test_down_and_up_again(world: World) -> None:
    """`downgrade 0001` gives the old table and its posts back; then up again."""
    legacy = await migrated(world)
    legacy.must_be_upgraded()
    db = legacy.database

    down = world.migrate(db, ["downgrade", "0001"])

    expect.true("migration", down.ok, expected="downgrade 0001", got=down.exception())
    columns = await column_names(db, "posts")
    back = "is_published" in columns and not columns & NEW
    expect.true("old_columns", back, got=sorted(columns))
    expect.equal("rows", await db.count("posts"), POSTS, table="posts")
    third = "is_published = (substr(body, 6)::int % 3 = 0)"
    expect.equal("rows_published", await db.count("posts", third), POSTS)
    own = "slug = 'own-' || substr(body, 6)"
    expect.equal("kept_slugs", await db.count("posts", own), OWN_SLUGS)
    restored = not await refused(db, AS_BEFORE)
    expect.true("old_columns", restored, expected="slug: NULL, not UNIQUE")
    await db.execute(AS_BEFORE)
    drafts = await db.count("posts", "body = 'As before' AND NOT is_published")
    expect.equal("rows", drafts, 2, table="posts: NOT is_published")
    up = world.migrate(db, ["upgrade", "head"], ["check"])
    expect.true("migration", up.ok, expected="upgrade head", got=up.exception())
    expect.equal("rows", await db.count("posts"), POSTS + 2, table="posts")
    await db.close()


async def test_old_posts_are_reachable(world: World, legacy: Legacy) -> None:
    """The app serves an old post under the slug that the migration gave it."""
    legacy.must_be_upgraded()
    row = "SELECT slug FROM posts WHERE body = 'Body 15'"
    slug = await legacy.database.value(row)
    server = world.server(legacy.database)
    server.start()

    reply = await server.client().get(f"/v1/posts/{slug}")

    expect.status(reply, 200)
    await server.close()
