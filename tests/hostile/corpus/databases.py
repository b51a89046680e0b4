"""The database server: its other databases, its files, the judge's connections."""

CONNECT = """
import psycopg
url = os.environ["DATABASE_URL"]
db = psycopg.connect(url, autocommit=True)
"""
ATTACKS = {
    "import": {
        "connections": f"""{CONNECT}
keep = []
try:
    while True:
        keep.append(psycopg.connect(url))
except psycopg.OperationalError:
    pass
""",
        "password": f"{CONNECT}\ndb.execute(\"ALTER ROLE CURRENT_USER PASSWORD 'x'\")",
        "server-folder": f"""{CONNECT}
import shutil
shutil.rmtree(db.info.host + "/data", ignore_errors=True)
""",
    },
    "request": {
        "program": f"{CONNECT}\ndb.execute(\"COPY (SELECT 1) TO PROGRAM 'true'\")",
        "file": f"""{CONNECT}
return db.execute("SELECT pg_read_file('postgresql.conf')").fetchone()
""",
        "superuser": f"{CONNECT}\ndb.execute('ALTER ROLE CURRENT_USER SUPERUSER')",
        "secret": f"{CONNECT}\nreturn open(db.info.host + '/secret').read()",
        "server-log": f"{CONNECT}\nreturn open(db.info.host + '/log').read()",
        "others": f"""{CONNECT}
entered = []
for name, in db.execute("SELECT datname FROM pg_database").fetchall():
    try:
        psycopg.connect(url, dbname=name).execute("SELECT 1 FROM users")
        entered.append(name)
    except psycopg.Error:
        pass
return len(entered)
""",
        "judge-cut": f"""{CONNECT}
return db.execute(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> user"
).fetchall()
""",
        "trigger": f"""{CONNECT}
db.execute("CREATE TABLE IF NOT EXISTS posts (id int)")
db.execute(
    "CREATE OR REPLACE FUNCTION seize() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN EXECUTE format('ALTER ROLE %I SUPERUSER', session_user);"
    " RETURN NEW; END $$"
)
db.execute(
    "CREATE TRIGGER seize BEFORE INSERT ON posts EXECUTE FUNCTION seize()"
)
""",
        "renamed": f"""{CONNECT}
admin = psycopg.connect(url, dbname="postgres", autocommit=True)
admin.execute(f'ALTER DATABASE "{{db.info.dbname}}" ALLOW_CONNECTIONS false')
""",
        "locked": f"""{CONNECT}
global kept
kept = psycopg.connect(url)
kept.execute("CREATE TABLE IF NOT EXISTS posts (id int)")
kept.execute("LOCK TABLE posts")
""",
        "statistics": f"{CONNECT}\ndb.execute('SELECT pg_stat_statements_reset()')",
    },
}
