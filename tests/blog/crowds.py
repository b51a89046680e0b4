"""Lists with enough in them to show which statements grow."""

from grader.judge.callers.client import Client
from tests.blog.helpers import a_comment, pages, published, unique

A_HUNDRED_COMMENTS = """
    INSERT INTO comments (post_id, author_id, parent_id, body, created_at, deleted_at)
    SELECT post_id, author_id, NULL, body, created_at, NULL
    FROM comments, generate_series(1, 100) WHERE id::text = %s
"""


async def crowd(clients: list[Client]) -> None:
    """50 posts by four authors with tags and comments; the newest 5 by one author."""
    tags = [unique("t") for _ in range(6)]
    for number, author in enumerate([*clients * 12, clients[0], clients[0]]):
        await published(author, tags=[tags[number % 6], tags[(number + 1) % 6]])
    posts = [
        item
        for page in await pages(clients[0], "/v1/posts", limit=100)
        for item in page
    ]
    newest = [await published(clients[0], tags=tags[:1]) for _ in range(5)]
    for post in [*posts[:10], *newest]:
        await a_comment(clients[1], post["slug"])


async def discussed(people: list[Client]) -> str:
    """The comments of a post: the first 5 of one person, 50 of four."""
    slug = (await published(people[0]))["slug"]
    for author in [people[0]] * 5 + people * 12:
        await a_comment(author, slug)
    return f"/v1/posts/{slug}/comments"
