"""Links by repository path: one spelling that works on GitHub and on the site."""

import logging
import posixpath
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.hooks.repository import ROOT, in_repository, is_mounted

# Names below "mkdocs" are those whose warnings --strict counts.
# What `exclude_docs` of mkdocs.yml keeps out of the site.
LEFT_OUT = ("docs/examples/", "docs/generate/", "docs/hooks/", "docs/overrides/")
log = logging.getLogger("mkdocs.hooks.links")


class RepositoryLinks(Extension):
    """Resolves the links of one page after another."""

    def __init__(self, home: str) -> None:
        super().__init__()
        self.home = home.rstrip("/")
        self.file: File | None = None

    def extendMarkdown(self, md: Markdown) -> None:
        # Before MkDocs's own "relpath", which has the priority 0.
        md.treeprocessors.register(Resolver(md, self), "repository_links", 1)


class Resolver(Treeprocessor):
    def __init__(self, md: Markdown, links: RepositoryLinks) -> None:
        super().__init__(md)
        self.links = links

    def run(self, root: Element) -> None:
        for tag, key in (("a", "href"), ("img", "src")):
            for element in root.iter(tag):
                if url := element.get(key):
                    self.resolve(element, key, url)

    def resolve(self, element: Element, key: str, url: str) -> None:
        scheme, host, path, _, anchor = urlsplit(url)
        if self.links.file is None or scheme or host or not path or path[0] == "/":
            return
        base = posixpath.dirname(in_repository(self.links.file))
        target = posixpath.normpath(posixpath.join(base, path))
        if is_part_of_site(target):
            element.set(key, within_site(self.links.file, target, anchor))
        else:
            self.leave_site(element, key, target, anchor)

    def leave_site(self, element: Element, key: str, target: str, anchor: str) -> None:
        """Link to the repository's home on the web, or to nothing without one."""
        if not (ROOT / target).exists() or target.startswith(".."):
            log.warning("%s: nothing lies at '%s'", in_repository_of(self), target)
        if self.links.home:
            hash_ = f"#{anchor}" if anchor else ""
            element.set(key, f"{self.links.home}/blob/main/{target}{hash_}")
        else:
            del element.attrib[key]
            element.tag = "span"
            element.set("title", target)


def is_part_of_site(target: str) -> bool:
    if target.startswith(LEFT_OUT):
        return False
    return target.startswith("docs/") or is_mounted(target)


def within_site(file: File, target: str, anchor: str) -> str:
    start = posixpath.dirname(file.src_uri) or "."
    path = posixpath.relpath(target.removeprefix("docs/"), start)
    return f"{path}#{anchor}" if anchor else path


def in_repository_of(resolver: Resolver) -> str:
    file = resolver.links.file
    return in_repository(file) if file else "?"


def extension(config: MkDocsConfig) -> RepositoryLinks | None:
    found: list[object] = list(config.markdown_extensions)
    return next((e for e in found if isinstance(e, RepositoryLinks)), None)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    if extension(config) is None:
        home = str(config.extra.get("repository") or "")
        config.markdown_extensions.append(RepositoryLinks(home))  # type: ignore[arg-type]
    return config


@event_priority(100)
def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    links = extension(config)
    assert links is not None
    links.file = page.file
    return markdown
