"""Apps that turn what they define in their database against the judge."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import psycopg
import pytest

from grader.judge.database import Database
from grader.judge.database.statements import is_the_drivers
from grader.run import Engine
from grader.services.postgres import CONNECTIONS_OF_ROLES, Cluster

Learner = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Engine() as engine:
        yield engine.cluster


@pytest.fixture
async def database(cluster: Cluster) -> AsyncIterator[Database]:
    database = Database(cluster, cluster.create())
    yield database
    await database.close()
    cluster.drop(database.name)


@pytest.fixture
def learner(database: Database) -> Iterator[Learner]:
    """A connection of the app's."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE posts (id int, title text)")
        yield connection


async def test_trigger_runs_with_no_more_rights_than_the_apps(
    database: Database, learner: Learner
) -> None:
    learner.execute(
        "CREATE FUNCTION seize() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" ALTER ROLE {database.role} SUPERUSER; RETURN NEW; END $$"
    )
    learner.execute(
        "CREATE TRIGGER seize BEFORE INSERT ON posts"
        " FOR EACH ROW EXECUTE FUNCTION seize()"
    )

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await database.execute("INSERT INTO posts VALUES (1, 'x')")

    is_super = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert learner.execute(is_super).fetchone() == (False,)


async def test_name_of_the_apps_hides_none_of_the_judges(
    database: Database, learner: Learner
) -> None:
    watcher = database.cluster.watcher
    learner.execute(f"CREATE SCHEMA {watcher}")
    learner.execute(f"CREATE VIEW {watcher}.posts AS SELECT 1 FROM pg_class")
    learner.execute(f'ALTER DATABASE "{database.name}" SET search_path = {watcher}')

    assert await database.count("posts") == 0


async def test_all_connections_held_open_hold_up_no_judge(
    database: Database, learner: Learner
) -> None:
    """Nor the reference, which has connections of its own."""
    cluster = database.cluster
    other = Database(cluster, cluster.create(role=cluster.reference))
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_OF_ROLES["learner"] - 1):
            stack.enter_context(psycopg.connect(database.url))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(database.url)

        assert await database.count("posts") == 0
        psycopg.connect(other.url).close()
    cluster.drop(other.name)


async def test_template_is_shut_to_the_app_that_stays_in_it(
    database: Database, learner: Learner
) -> None:
    cluster = database.cluster

    cluster.seal(database.name)

    copy = cluster.create(database.name)
    with psycopg.connect(cluster.url(copy), autocommit=True) as connection:
        connection.execute("INSERT INTO posts VALUES (1, 'its own')")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(database.url)
    assert await database.count("posts") == 0
    cluster.drop(copy)


async def test_role_is_as_before_for_the_next_app(
    database: Database, learner: Learner
) -> None:
    learner.execute("ALTER ROLE CURRENT_USER PASSWORD 'another'")
    learner.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 1")

    database.cluster.renew_roles()

    with psycopg.connect(database.url) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)


async def test_what_keys_need_is_not_counted_and_what_looks_like_it_is(
    database: Database, learner: Learner
) -> None:
    learner.execute("ALTER TABLE posts ADD PRIMARY KEY (id)")
    learner.execute(
        "CREATE TABLE tags (post_id int REFERENCES posts ON DELETE CASCADE)"
    )
    learner.execute("INSERT INTO posts VALUES (1, 'x')")
    alike = 'SELECT 1 FROM ONLY "public"."posts" x WHERE "id" OPERATOR(pg_catalog.=) 1'
    alike = f"{alike} FOR KEY SHARE OF x"

    async with database.counting() as counted:
        learner.execute("INSERT INTO tags VALUES (1)")
        learner.execute("DELETE FROM posts")
        learner.execute(alike)

    assert counted.calls == 3, counted.texts


def test_secret_of_the_server_lies_nowhere(cluster: Cluster) -> None:
    assert cluster.folder
    assert not (cluster.folder / "secret").exists()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM posts /* pg_type */ WHERE id = $1",
        "SELECT * FROM posts -- pg_catalog\nWHERE id = $1",
        "SELECT * FROM posts AS pg_type WHERE id = $1",
        "SELECT p.* FROM pg_type t, posts p WHERE p.id = $1",
        'SELECT * FROM public."posts", pg_catalog.pg_class',
        "SELECT $1 FROM posts",
        "SELECT $1, tags_of($2)",
        "INSERT INTO posts VALUES ($1, $2)",
    ],
)
def test_statement_is_counted_whatever_it_is_dressed_as(query: str) -> None:
    assert not is_the_drivers(query, ["posts"])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $1",
        "select pg_catalog.version()",
        "SELECT version()",
        "show standard_conforming_strings",
        "SELECT typname, oid FROM pg_type t WHERE t.oid = to_regtype($1)",
        "SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class",
    ],
)
def test_what_drivers_ask_is_not_counted(query: str) -> None:
    assert is_the_drivers(query, ["posts"])
