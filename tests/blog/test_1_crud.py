"""Stage 1: models, create, read, delete, and settings that are refused early."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from tests.blog.helpers import (
    a_post,
    draft,
    is_slug,
    published,
    published_since,
    unique,
)

# The last one matches up to its end: `$` of Python's `re` stands before a newline too.
BAD_SLUGS = (
    *("Upper", "two--dashes", "-start", "end-", "sp ace", "ünicode", "a" * 81),
    "newline\n",
)
# Every setting that is a number.
NUMBERS = (
    *("ACCESS_TTL_S", "DB_POOL_SIZE", "DB_MAX_OVERFLOW", "DB_POOL_TIMEOUT_S"),
    "CACHE_TTL_S",
)
NOBODY = "nobody-wrote-this"
# As short as a secret may be: 32 bytes, in half as many characters.
SHORTEST = "é" * 16


async def test_create_then_read(alice: Client) -> None:
    """A new post answers 201 with its fields and Location, and can then be read."""
    sent = draft()

    reply = await alice.post("/v1/posts", json=sent)

    expect.status(reply, 201)
    post = body(reply)
    expect.fields(post, **sent, status="draft", published_at=None)
    expect.fields(post["author"], id=alice.id, name="alice")
    where = urlsplit(expect.header(reply, "location")).path
    expect.equal("location", where, f"/v1/posts/{post['slug']}")
    again = await alice.get(where)
    expect.status(again, 200)
    expect.fields(body(again), id=post["id"], **sent)
    expect.true("id_string", isinstance(post["id"], str), got=post["id"])


async def test_times_have_an_offset(alice: Client) -> None:
    """Times are RFC 3339 with an offset."""
    post = await published(alice)

    for name in ("created_at", "updated_at", "published_at"):
        expect.true("offset", has_offset(post[name]), got=post[name], field=name)


def has_offset(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


async def test_unknown_post_is_404(anonymous: Client) -> None:
    """A slug that nobody has answers 404 `not_found`."""
    expect.problem(await anonymous.get(f"/v1/posts/{NOBODY}"), 404, "not_found")


async def test_delete_removes(alice: Client, anonymous: Client) -> None:
    """DELETE answers 204, and the post is gone; without a token it is 401."""
    post = await published(alice)
    expect.status(await anonymous.post("/v1/posts", json=draft()), 401)
    expect.status(await anonymous.delete(f"/v1/posts/{post['slug']}"), 401)

    expect.status(await alice.delete(f"/v1/posts/{post['slug']}"), 204)

    expect.problem(await alice.get(f"/v1/posts/{post['slug']}"), 404, "not_found")


async def test_limits_of_text(alice: Client) -> None:
    """Titles of 1–200 and bodies of 1–50000 characters are taken, others are 422."""
    for title, text in (("t" * 200, "b"), ("好" * 200, "文" * 50_000), ("t", "b")):
        reply = await alice.post("/v1/posts", json={"title": title, "body": text})
        expect.status(reply, 201)
    for title, text in (("", "b"), ("t" * 201, "b"), ("t", ""), ("t", "b" * 50_001)):
        reply = await alice.post("/v1/posts", json={"title": title, "body": text})
        expect.status(reply, 422)


async def test_clients_cannot_set_what_is_not_theirs(
    alice: Client, bob: Client
) -> None:
    """`author_id`, `version` or `published_at` in the body take no effect."""
    sent = draft(author_id=bob.id, author={"id": bob.id}, version=99)

    reply = await alice.post(
        "/v1/posts", json={**sent, "published_at": "2020-01-01T00:00:00Z"}
    )

    expect.status(reply, 201, 422)
    if reply.status_code == 201:
        expect.fields(body(reply), version=1, published_at=None)
        expect.fields(body(reply)["author"], id=alice.id)


async def test_given_slug(alice: Client) -> None:
    """A given slug is used, a malformed one is 422, a taken one 409 `slug_taken`."""
    slug = unique("my-slug")

    expect.equal("slug", (await a_post(alice, slug=slug))["slug"], slug)

    taken = await alice.post("/v1/posts", json=draft(slug=slug))
    expect.problem(taken, 409, "slug_taken")
    for bad in BAD_SLUGS:
        expect.status(await alice.post("/v1/posts", json=draft(slug=bad)), 422)


async def test_derived_slug(alice: Client) -> None:
    """Every title yields a slug of its own: equal, Chinese and very long ones too."""
    # Whatever keeps the second of two equal ones free must fit in as well.
    titles = 2 * ["Hello, World!", "数据库与事务", "w " * 100, "w" * 200, "!?"]

    slugs = [(await a_post(alice, title=title))["slug"] for title in titles]

    for slug in slugs:
        is_slug(slug)
    expect.equal("slugs_differ", len(set(slugs)), len(titles))


async def test_published_at_once(alice: Client, anonymous: Client) -> None:
    """A post created as published has `published_at`; an unknown status is 422."""
    before = datetime.now(UTC)
    post = await published(alice)

    published_since(post["published_at"], before)
    expect.status(await anonymous.get(f"/v1/posts/{post['slug']}"), 200)
    expect.status(await alice.post("/v1/posts", json=draft(status="secret")), 422)


async def test_bad_settings_end_the_start(world: World) -> None:
    """Without valid settings the process exits non-zero, naming the variable."""
    database = world.fresh()
    cases: list[tuple[str, str | None]] = [
        ("DATABASE_URL", None),
        ("DATABASE_URL", "no database at all"),
        ("DATABASE_URL", "sqlite:///blog.db"),
        ("JWT_SECRET", None),
        ("JWT_SECRET", "x" * 31),
        *((name, "many") for name in NUMBERS),
    ]
    # All at once, because each start takes a while and there may be several cores.
    servers = [world.server(database, **{name: value}) for name, value in cases]
    processes = [server.launch() for server in servers]
    for (name, value), server, process in zip(cases, servers, processes, strict=True):
        served = process.ready(10)
        shown = f"{name}={value}" if value else f"{name} ∅"
        expect.true(
            "exits", not served, expected="exit ≠ 0", got="startup", setting=shown
        )
        code = server.wait(10)
        expect.true(
            "exits", code, expected="exit ≠ 0", got=f"exit {code}", setting=shown
        )
        named = name.lower() in "".join(server.printed()).lower()
        expect.true("names_variable", named, expected=name, setting=shown)
        # What this one printed is no evidence against the next.
        server.new_check()
        await server.close()
    good = world.server(database, JWT_SECRET=SHORTEST)
    good.start()
    await good.close()
