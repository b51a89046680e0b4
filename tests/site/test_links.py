"""Every link within the built site leads to a page that is there, and to its place."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit


class Page(HTMLParser):
    """The links of a page, and the places that others may link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places = {"", "__toc"}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value}
        self.places |= {found[key] for key in ("id", "name") if key in found}
        for key in ("href", "src"):
            if tag in ("a", "img", "script", "link") and key in found:
                self.links.append(found[key])


@cache
def read(path: Path) -> Page:
    return Page(path.read_text("utf-8"))


def broken(site: Path, path: Path) -> list[str]:
    return [link for link in read(path).links if not leads(site, path, link)]


def leads(site: Path, page: Path, link: str) -> bool:
    address, place = urldefrag(link)
    if urlsplit(address).scheme or address.startswith("//"):
        return True
    base = site if address.startswith("/") else page.parent
    target = base / unquote(urlsplit(address).path).lstrip("/") if address else page
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return False
    return target.suffix != ".html" or unquote(place) in read(target.resolve()).places


def test_links_lead_somewhere(site: Path) -> None:
    # The page for what is not found names files from the root of a server.
    pages = [p for p in site.rglob("*.html") if p.name != "404.html"]
    faults = {str(p.relative_to(site)): broken(site, p) for p in pages}

    assert sum(len(read(page).links) for page in pages) > 1000
    assert {page: links for page, links in faults.items() if links} == {}
