"""What a database says of its own tables: for checks of what a statement lays down."""

from grader.judge.database import Database


async def columns_where(database: Database, condition: str) -> set[str]:
    """The columns, as `table.column`, for which a condition holds."""
    rows = await database.execute(
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
        f" WHERE table_schema = 'public' AND {condition}"
    )
    return {name for (name,) in rows}


async def foreign_keys(database: Database) -> set[str]:
    """Each column of a foreign key, as `table.column other`."""
    rows = await database.execute(
        "SELECT c.conrelid::regclass || '.' || a.attname || ' '"
        " || c.confrelid::regclass"
        " FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)"
        " WHERE c.contype = 'f'"
    )
    return {name for (name,) in rows}


async def indexes(database: Database) -> set[str]:
    """Each index as its table and columns; a longer one serves as its beginning too."""
    rows = await database.execute(
        "SELECT i.indrelid::regclass::text,"
        " array_agg(a.attname::text ORDER BY a.attnum)"
        " FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid"
        " WHERE i.indrelid::regclass::text !~ '^(pg_|information_schema)'"
        " GROUP BY i.indexrelid, i.indrelid"
    )
    return {
        " ".join([table, *columns[:length]])
        for table, columns in rows
        for length in range(1, len(columns) + 1)
    }


async def unique_keys(database: Database) -> set[str]:
    """What is unique without a condition, as the table and its columns, sorted."""
    rows = await database.execute(
        "SELECT i.indrelid::regclass::text,"
        " array_agg(a.attname::text ORDER BY a.attname)"
        " FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid"
        " WHERE i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = i.indnatts"
        " GROUP BY i.indexrelid, i.indrelid"
    )
    return {" ".join([table, *columns]) for table, columns in rows}
