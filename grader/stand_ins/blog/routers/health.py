def schema_head() -> str | None:
    return None
