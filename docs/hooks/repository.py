"""Where a page lies in the repository, and which language is being built."""

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
# Folders outside of docs/ whose pages belong to the site, under the same path.
MOUNTED = ("problems",)


def translator(config: MkDocsConfig) -> Any:
    """The plugin static-i18n, which has no types."""
    return config.plugins["i18n"]


def language(config: MkDocsConfig) -> str:
    """The language of the build that is running: `en` or `zh`."""
    return str(translator(config).current_language)


def is_mounted(uri: str) -> bool:
    return uri.split("/")[0] in MOUNTED


def in_repository(file: File) -> str:
    """The path of a page from the root of the repository."""
    return file.src_uri if is_mounted(file.src_uri) else f"docs/{file.src_uri}"
