from pathlib import Path


def schema_head(package: Path) -> str | None:
    return None
