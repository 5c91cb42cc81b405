"""Markdown of the project's docs and of a product's folder, as HTML that can contain no markup of its authors.

HTML in the text is shown as text, and links may only lead to http, https, mailto and other pages of the portal.
"""

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from sixfold.contract import Product
from sixfold.elsewhere import folder_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_OF_A_PRODUCT = ("roadmap.md", "changelog.md")
_ABSOLUTE = re.compile(r"(https?|mailto):", re.IGNORECASE)
_MOST = 200_000


def page_of(path: str) -> tuple[str, Markup] | None:
    """Return the title and the HTML of a page of the docs, such as `runbooks/TargetDown.md`; None: there is none."""
    file = DOCS / path
    if ".." in PurePosixPath(path).parts or file.suffix != ".md" or not file.is_file():
        return None
    text = file.read_text()
    title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), path)
    return title, markdown(text, str(PurePosixPath(path).parent), 0)


def texts_of(product: Product) -> dict[str, Markup]:
    """Return the texts in a product's folder by the name of the file; links to other files are left out."""
    folder = folder_of(product.package, ROOT / "products")
    files = (folder / name for name in _OF_A_PRODUCT)
    return {file.stem: markdown(file.read_text(errors="replace")[:_MOST], None, 2) for file in files if file.is_file()}


@lru_cache(maxsize=256)
def markdown(text: str, folder: str | None, deeper: int) -> Markup:
    """Render a text whose headings stand so many levels deeper than they say: below those of the page."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + deeper)}"
        if token.children:
            token.children = _with_links_here(token.children, folder)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - the parser escapes all text


def _with_links_here(tokens: list[Token], folder: str | None) -> list[Token]:
    """Return the tokens without pictures, and without links that lead out of the docs."""
    kept, open_links = [], []
    for token in tokens:
        if token.type == "image":
            kept.append(Token("text", "", 0, content=token.content))
            continue
        if token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), folder)
            open_links.append(target)
            if target is not None:
                token.attrs = {"href": target}
        if token.type in {"link_open", "link_close"}:
            target = open_links[-1]
            if token.type == "link_close":
                open_links.pop()
            if target is None:
                continue
        kept.append(token)
    return kept


def _target(link: str, folder: str | None) -> str | None:
    """Return the address that a link leads to; None where the portal has no such page."""
    if _ABSOLUTE.match(link):
        return link
    path = link.partition("#")[0]
    if folder is None or not path:
        return None
    file = Path(DOCS, folder, path).resolve()
    return path if file.is_relative_to(DOCS) and file.suffix == ".md" and file.is_file() else None
