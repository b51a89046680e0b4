"""Mounts `problems/` into the site, without copies or links in the file system."""

from collections.abc import Iterator
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files

from docs.hooks.repository import MOUNTED, ROOT, is_mounted


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Write out the patterns of the navigation: `problems/0*.md`."""
    config.nav = list(written_out(config.nav or []))
    return config


def written_out(items: list[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, dict):
            yield {title: below(part) for title, part in item.items()}
        elif "*" in item:
            yield from matching(item)
        else:
            yield item


def below(part: Any) -> Any:
    return list(written_out(part)) if isinstance(part, list) else part


def matching(pattern: str) -> list[str]:
    base = ROOT if is_mounted(pattern) else ROOT / "docs"
    found = (path.relative_to(base).as_posix() for path in base.glob(pattern))
    return sorted(uri for uri in found if not uri.endswith(".zh.md"))


@event_priority(50)
def pretend(files: Files, config: MkDocsConfig) -> Files:
    """Say that the pages lie in `docs_dir`: static-i18n drops all others."""
    for folder in MOUNTED:
        for path in sorted((ROOT / folder).rglob("*.md")):
            uri = path.relative_to(ROOT).as_posix()
            where = (config.docs_dir, config.site_dir, config.use_directory_urls)
            files.append(File(uri, *where))
    return files


@event_priority(-200)
def repoint(files: Files, config: MkDocsConfig) -> Files:
    """Say where they really lie, after static-i18n (-100) made its own objects."""
    for file in files.documentation_pages():
        if is_mounted(file.src_uri):
            file.abs_src_path = str(ROOT / file.src_uri)
    return files


on_files = CombinedEvent(pretend, repoint)
