"""What a browser and a screen reader make of a page, as far as a parser can tell."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.unit.monitoring.portal._estate import Client

VOID = {"meta", "link", "br", "input", "line"}
START = "http://portal"
LOADING = {"src", "srcset", "data", "xlink:href", "poster"}


class Page(HTMLParser):
    """Tags that close in order, links, loaded addresses, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.unlabelled: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(found)
        self.ids += [value for value in [found.get("id")] if value]
        target = found.get("href") or ""
        self.links += [target] if tag == "a" else []
        self.loaded += [target] if tag == "link" else [found[name] or "" for name in LOADING & set(found)]
        if (tag == "input" and "label" not in self.open) or (tag == "svg" and "aria-labelledby" not in found):
            self.unlabelled.append(tag)
        self.open += [] if tag in VOID else [tag]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def crawl(client: Client, most: int = 300) -> dict[str, Page]:
    """Return every page that the first one leads to, by its path; each must answer 200."""
    queue, pages = ["/"], dict[str, Page]()
    while queue and len(pages) < most:
        path = queue.pop()
        if path in pages:
            continue
        answer = client.get(path)
        assert answer.status_code == 200, path
        pages[path] = Page(answer.text)
        for link in pages[path].links:
            found = urlsplit(urljoin(START + path, link))
            if found.netloc == "portal":
                queue.append(found.path + (f"?{found.query}" if found.query else ""))
    return pages
