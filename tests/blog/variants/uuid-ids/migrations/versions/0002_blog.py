"""Posts get a slug of their own, a status and a version; tags and comments come.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NEW_ID = sa.text("gen_random_uuid()")

# The old key is dropped with everything that hangs on it, and the new one put there.
CHANGE_IDS = """
ALTER TABLE users ADD COLUMN new {new};
ALTER TABLE posts ADD COLUMN new {new}, ADD COLUMN new_author {type};
UPDATE posts SET new_author = users.new FROM users WHERE users.id = posts.author_id;
ALTER TABLE posts DROP COLUMN author_id, DROP COLUMN id;
ALTER TABLE users DROP COLUMN id;
ALTER TABLE users RENAME COLUMN new TO id;
ALTER TABLE posts RENAME COLUMN new TO id;
ALTER TABLE posts RENAME COLUMN new_author TO author_id;
ALTER TABLE users ADD CONSTRAINT pk_users PRIMARY KEY (id);
ALTER TABLE posts ALTER COLUMN author_id SET NOT NULL,
    ADD CONSTRAINT pk_posts PRIMARY KEY (id),
    ADD CONSTRAINT fk_posts_author_id FOREIGN KEY (author_id) REFERENCES users (id);
"""


def change_ids(type: str, new: str) -> None:
    for statement in CHANGE_IDS.format(type=type, new=f"{type} {new}").split(";\n"):
        if statement.strip():
            op.execute(statement)


# One statement for any number of rows, so the table is locked for a short time.
#
# The first holder of a slug keeps it. All others get "<words>-<number>": the number
# is greater than any that ends a slug today, so it collides with no old slug, and it
# contains the id, so no two new ones are equal.
BACKFILL_SLUGS = r"""
WITH ranked AS (
    SELECT id,
           slug IS NOT NULL
               AND row_number() OVER (PARTITION BY slug ORDER BY id) = 1 AS keeps,
           lower(coalesce(slug, title)) AS words
    FROM posts
), highest AS (
    SELECT coalesce(max(substring(slug FROM '-([0-9]+)$')::numeric), 0) AS number
    FROM posts
)
UPDATE posts
SET slug = coalesce(
        nullif(
            trim('-' FROM left(regexp_replace(words, '[^a-z0-9]+', '-', 'g'), 50)), ''
        ),
        'post'
    ) || '-' || (highest.number + posts.id)
FROM ranked, highest
WHERE ranked.id = posts.id AND NOT ranked.keeps
"""


def upgrade() -> None:
    change_posts()
    create_tags()
    create_comments()


def change_posts() -> None:
    # NOT NULL on a table with rows: add with a default, or fill before tightening.
    op.add_column(
        "posts", sa.Column("status", sa.Text, nullable=False, server_default="draft")
    )
    op.add_column(
        "posts", sa.Column("version", sa.Integer, nullable=False, server_default="1")
    )
    op.add_column("posts", sa.Column("published_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE posts SET status = 'published', published_at = updated_at"
        " WHERE is_published"
    )
    op.drop_column("posts", "is_published")

    op.execute("UPDATE posts SET slug = NULL WHERE slug = ''")
    op.execute(BACKFILL_SLUGS)
    op.alter_column("posts", "slug", nullable=False)
    op.create_unique_constraint("uq_posts_slug", "posts", ["slug"])

    op.create_check_constraint(
        op.f("ck_posts_status"), "posts", "status IN ('draft', 'published')"
    )
    op.create_check_constraint(
        op.f("ck_posts_published"),
        "posts",
        "(status = 'published') = (published_at IS NOT NULL)",
    )
    change_ids("uuid", "NOT NULL DEFAULT gen_random_uuid()")
    op.create_index(
        "ix_posts_status_published_at_id", "posts", ["status", "published_at", "id"]
    )
    op.create_index("ix_posts_author_id", "posts", ["author_id"])


def create_tags() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid, primary_key=True, server_default=NEW_ID),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.CheckConstraint("name ~ '^[a-z0-9-]{1,32}$'", name=op.f("ck_tags_name")),
    )
    op.create_table(
        "post_tags",
        sa.Column(
            "post_id",
            sa.Uuid,
            sa.ForeignKey("posts.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("tag_id", sa.Uuid, sa.ForeignKey("tags.id"), primary_key=True),
    )
    op.create_index("ix_post_tags_tag_id", "post_tags", ["tag_id"])


def create_comments() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid, primary_key=True, server_default=NEW_ID),
        sa.Column(
            "post_id",
            sa.Uuid,
            sa.ForeignKey("posts.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid, sa.ForeignKey("users.id"), nullable=False),
        sa.Column(
            "parent_id", sa.Uuid, sa.ForeignKey("comments.id", ondelete="CASCADE")
        ),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("deleted_at", time),
    )
    op.create_index(
        "ix_comments_post_id_created_at_id",
        "comments",
        ["post_id", "created_at", "id"],
    )


def downgrade() -> None:
    """The posts stay; tags and comments, which 0001 has no place for, go."""
    for table in ("comments", "post_tags", "tags"):
        op.drop_table(table)
    op.drop_index("ix_posts_author_id", "posts")
    op.drop_index("ix_posts_status_published_at_id", "posts")
    op.drop_constraint(op.f("ck_posts_published"), "posts")
    op.drop_constraint(op.f("ck_posts_status"), "posts")
    op.drop_constraint("uq_posts_slug", "posts")
    op.alter_column("posts", "slug", nullable=True)
    op.add_column(
        "posts", sa.Column("is_published", sa.Boolean, server_default=sa.false())
    )
    op.execute("UPDATE posts SET is_published = (status = 'published')")
    for column in ("published_at", "version", "status"):
        op.drop_column("posts", column)
    change_ids("bigint", "GENERATED BY DEFAULT AS IDENTITY")
