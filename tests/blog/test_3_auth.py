"""Stage 3: who somebody is, what they may see and what they may change."""

import time
from statistics import median

import jwt

from grader.judge.app.people import PASSWORD, log_in
from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.tokens import claims_of
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.blog.helpers import NO_IDS, a_post, draft, published, unique
from tests.blog.tokens import forgeries, unauthorized

# An address of 254 characters, the longest that there is, and one of 255.
LONG = f"{'a' * 61}@{'d' * 62}.{'d' * 62}.{'d' * 62}.com"
SECOND_ADMIN = "second-admin@example.com"
COLUMNS = ("role", "password_hash")
ACCOUNT = f"SELECT {', '.join(COLUMNS)} FROM users WHERE lower(email) = %s"
DEMOTED = """
    UPDATE users SET role = 'user', password_hash = (
        SELECT password_hash FROM users WHERE email = 'alice@example.com')
    WHERE lower(email) = %s
"""
# What registration takes and refuses: both ends, and one beyond.
LIMITS: tuple[tuple[dict[str, str], int], ...] = (
    ({"email": LONG, "name": "名" * 80, "password": "x" * 128}, 201),
    ({"name": "n", "password": "x" * 8}, 201),
    *(({"email": email}, 422) for email in ("nobody", f"a{LONG}")),
    *(({"name": name}, 422) for name in ("", "n" * 81)),
    *(({"password": password}, 422) for password in ("x" * 7, "x" * 129)),
)


async def test_me_is_the_caller(alice: Client, bob: Client, anonymous: Client) -> None:
    """`GET /v1/me` shows whoever asks, and nothing secret."""
    for client in (alice, bob):
        reply = await client.get("/v1/me")
        expect.status(reply, 200)
        expect.fields(body(reply), id=client.id, name=client.who, role="user")
        expect.absent(body(reply), "password", "password_hash")
    unauthorized(await anonymous.get("/v1/me"))


async def test_writes_need_a_token(server: Server, alice: Client) -> None:
    """Without a token, or with a nonsense one, a write is 401 with its challenge."""
    post = await published(alice)
    for client in (server.client(), server.client("mallory", "nonsense")):
        unauthorized(await client.post("/v1/posts", json=draft()))
        unauthorized(await client.delete(f"/v1/posts/{post['slug']}"))
        unauthorized(
            await client.put(f"/v1/users/{alice.id}/role", json={"role": "admin"})
        )
        # 401 comes before all other errors.
        unauthorized(await client.post("/v1/posts", json={"title": ""}))
        unauthorized(await client.delete(f"/v1/posts/{unique('nobodys')}"))
        unauthorized(await client.put(f"/v1/users/{NO_IDS[0]}/role", json={}))
    expect.status(await alice.get(f"/v1/posts/{post['slug']}"), 200)


async def test_forged_tokens(
    server: Server, alice: Client, bob: Client, world: World
) -> None:
    """A token of another id or key, without signature or expired is 401."""
    require(await alice.get("/v1/me"), 200, stage=3)
    attempts = await forgeries(server, alice, bob, world.settings.secret)
    for trick, attempt in attempts.items():
        reply = await server.client(trick, attempt).get("/v1/me")
        expect.true(
            "forged",
            reply.status_code == 401,
            expected=401,
            got=reply.status_code,
            trick=trick,
        )
        unauthorized(reply)


async def test_token_tells_when_it_ends(server: Server) -> None:
    """`expires_in` and the claim `exp` follow ACCESS_TTL_S; `token_type` is bearer."""
    reply = await server.client().post(
        "/v1/auth/token", data={"username": "alice@example.com", "password": PASSWORD}
    )

    expect.status(reply, 200)
    answer = body(reply)
    expect.equal(
        "field", str(answer["token_type"]).lower(), "bearer", field="token_type"
    )
    expect.equal("field", answer["expires_in"], 3600, field="expires_in")
    claims = claims_of(str(answer["access_token"]))
    expect.true(
        "claim", isinstance(claims.get("sub"), str), got=claims.get("sub"), claim="sub"
    )
    left = float(claims.get("exp", 0)) - time.time()
    expect.true("expiry", 3500 < left < 3700, expected="≈ 3600", got=round(left))
    signed = jwt.get_unverified_header(str(answer["access_token"]))
    expect.equal("token_algorithm", signed.get("alg"), "HS256")


async def test_drafts_are_private(
    alice: Client, bob: Client, admin: Client, anonymous: Client
) -> None:
    """A draft is there for its author and admins; for all others it is 404."""
    path = f"/v1/posts/{(await a_post(alice))['slug']}"

    for client in (alice, admin):
        expect.status(await client.get(path), 200)
    for client in (bob, anonymous):
        expect.problem(await client.get(path), 404, "not_found")


async def test_only_owner_and_admin_delete(
    alice: Client, bob: Client, admin: Client
) -> None:
    """Others get 403 for a published post and 404 for a draft; admins may delete."""
    post, hidden = await published(alice), await a_post(alice)

    refused = await bob.delete(f"/v1/posts/{post['slug']}")
    expect.problem(refused, 403, "forbidden")
    unseen = await bob.delete(f"/v1/posts/{hidden['slug']}")
    expect.problem(unseen, 404, "not_found")

    expect.status(await alice.get(f"/v1/posts/{post['slug']}"), 200)
    for slug in (post["slug"], hidden["slug"]):
        expect.status(await admin.delete(f"/v1/posts/{slug}"), 204)


async def test_role_counts_at_once(
    server: Server, alice: Client, admin: Client, world: World
) -> None:
    """A new role holds from the next request on; an unknown one is 422."""
    carol = world.somebody(server, "carol")
    first, second = await published(alice), await published(alice)
    role = f"/v1/users/{carol.id}/role"
    expect.problem(await carol.put(role, json={"role": "admin"}), 403, "forbidden")

    promoted = await admin.put(role, json={"role": "admin"})
    expect.status(promoted, 200)
    expect.fields(body(promoted), id=carol.id, role="admin")
    expect.status(await carol.delete(f"/v1/posts/{first['slug']}"), 204)

    for nobody in NO_IDS:
        unknown = await admin.put(f"/v1/users/{nobody}/role", json={"role": "user"})
        expect.problem(unknown, 404, "not_found")
    expect.status(await admin.put(role, json={"role": "root"}), 422)
    expect.status(await admin.put(role, json={"role": "user"}), 200)
    late = await carol.delete(f"/v1/posts/{second['slug']}")
    expect.problem(late, 403, "forbidden")


async def test_login_does_not_tell_who_exists(server: Server) -> None:
    """An unknown user and a wrong password answer alike: status, body and time."""
    client = server.client()

    async def attempt(email: str) -> tuple[float, object]:
        start = time.perf_counter()
        reply = await client.post(
            "/v1/auth/token", data={"username": email, "password": "not the password"}
        )
        seconds = time.perf_counter() - start
        unauthorized(reply, "invalid_credentials")
        problem = body(reply)
        return seconds, {k: problem.get(k) for k in ("title", "detail", "type", "code")}

    known, unknown = [], []
    for _ in range(7):
        known.append(await attempt("alice@example.com"))
        unknown.append(await attempt("nobody@example.com"))

    expect.equal("alike", unknown[0][1], known[0][1])
    ratio = median(s for s, _ in unknown) / median(s for s, _ in known)
    expect.true("alike_in_time", ratio >= 0.5, expected="≥ 0.5", got=round(ratio, 2))


async def test_long_passwords_count_whole(server: Server) -> None:
    """Every character of a password counts as it is: at the ends, after 72 bytes."""
    client, email = server.client(), f"{unique('long')}@example.com"
    # White space at both ends, and a full-width letter, which is not the plain one.
    password = f" {'x' * 77}Ａ "
    reply = await client.post(
        "/v1/auth/register", json={"email": email, "name": "long", "password": password}
    )
    expect.status(reply, 201)

    right = await client.post(
        "/v1/auth/token", data={"username": email, "password": password}
    )
    expect.status(right, 200)
    for wrong in (
        *(password[:-1] + "y", password[1:], password[:-1], password.upper()),
        password.replace("Ａ", "A"),
    ):
        other = await client.post(
            "/v1/auth/token", data={"username": email, "password": wrong}
        )
        unauthorized(other, "invalid_credentials")


async def test_passwords_are_hashed(alice: Client, bob: Client, db: Database) -> None:
    """The table holds salted hashes: no password, and not the same hash twice."""
    rows = await db.execute(
        "SELECT password_hash FROM users WHERE email IN (%s, %s)",
        "alice@example.com",
        "bob@example.com",
    )

    hashes = [str(found) for (found,) in rows]
    for found in hashes:
        expect.true(
            "no_password",
            PASSWORD not in found and len(found) >= 32,
            got=found[:12] + "…",
        )
    expect.equal("salted", len(set(hashes)), 2)


async def test_register_rules(server: Server) -> None:
    """Limits hold, a role takes no effect, a known email is 409 in any case."""
    client, name = server.client(), unique("eve")
    sent = {"email": f"{name}@example.com", "name": name, "password": PASSWORD}

    reply = await client.post("/v1/auth/register", json={**sent, "role": "admin"})

    expect.status(reply, 201, 422)
    if reply.status_code == 422:
        expect.status(await client.post("/v1/auth/register", json=sent), 201)
    else:
        expect.fields(body(reply), name=name, role="user")
        expect.absent(body(reply), "password", "password_hash")
    again = await client.post(
        "/v1/auth/register", json={**sent, "email": sent["email"].upper()}
    )
    expect.problem(again, 409, "email_taken")
    shouted = await client.post(
        "/v1/auth/token", data={"username": sent["email"].upper(), "password": PASSWORD}
    )
    expect.status(shouted, 200)
    for fields, status in LIMITS:
        fresh = {**sent, "email": f"{unique('edge')}@example.com"}
        reply = await client.post("/v1/auth/register", json={**fresh, **fields})
        expect.status(reply, status)


async def test_one_email_one_user(server: Server, db: Database) -> None:
    """Of two equal registrations at one moment one is 201, the other 409."""
    sent = {"email": f"{unique('twin')}@example.com", "name": "t", "password": PASSWORD}
    calls = [server.client().post("/v1/auth/register", json=sent) for _ in range(2)]

    replies = await db.race(calls, "users")

    expect.statuses(replies, 201, 409)


async def test_first_admin_is_made_once(start: Start) -> None:
    """Starting twice makes one admin, who can log in, and changes no account."""
    # There is an admin already, under another address.
    server = start(ACCESS_TTL_S=None, ADMIN_EMAIL=SECOND_ADMIN)
    db = server.database
    expect.status(await server.client("admin").get("/v1/me"), 200, 401)
    token = await log_in(server.client(), SECOND_ADMIN)
    me = await server.client("admin", token).get("/v1/me")
    expect.fields(body(me), role="admin")
    left = float(claims_of(token).get("exp", 0)) - time.time()
    expect.true("expiry", 1700 < left < 1900, expected="≈ 1800", got=round(left))

    # Since then, another admin took the role away, and the password is another one.
    await db.execute(DEMOTED, SECOND_ADMIN)
    before = await db.execute(ACCOUNT, SECOND_ADMIN)
    server.kill()
    server.start()

    after = await db.execute(ACCOUNT, SECOND_ADMIN)
    expect.equal("rows", len(after), 1, table="users")
    for name, found, kept in zip(COLUMNS, after[0], before[0], strict=True):
        expect.equal("field", found, kept, field=name)
    admins = await db.count("users", "role = 'admin'")
    expect.equal("rows", admins, 1, table="users")
