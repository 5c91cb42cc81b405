"""No text of a contract, a release, a consumer, a report or an alert becomes markup on any page."""

import pytest

from tests.unit.monitoring.portal._estate import Client, board, readers
from tests.unit.monitoring.portal._page import crawl

HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</title></svg><svg onload=alert(1)>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))<b>",
    "{{ 7 * 7 }}{% raw %}",
    "--><!-- ]]>&lt;&#60;script&#62;",
    "' autofocus onfocus='alert(1)",
    "\u202eevil\u2066 \x1b[31m \\u003cscript\\u003e",
]
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "body",
    "a",
    "header",
    "p",
    "span",
    "nav",
    "main",
    "section",
    "ul",
    "ol",
    "li",
    "strong",
    "footer",
    "details",
    "summary",
    "code",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "div",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "small",
    "br",
    "b",
    "i",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "svg",
    "line",
    "text",
    "path",
    "article",
    "time",
    "meter",
    "form",
    "fieldset",
    "legend",
    "label",
    "input",
    "button",
    "pre",
    "em",
    "blockquote",
    "hr",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_on_every_page(text: str) -> None:
    pages = crawl(Client(board(readers(text, products=1, releases=2))))
    for path, page in pages.items():
        assert set(page.tags) <= TAGS, path
        assert not [
            name for name in page.attributes if name.startswith("on") or name in {"style", "srcdoc", "formaction"}
        ]
        assert not [
            link for link in page.links if link.lower().lstrip().startswith(("javascript:", "data:", "vbscript:"))
        ]
        assert page.open == []
    assert "49" not in pages["/"].text or "7 * 7" not in text
    assert any(" ".join(text.split())[:12] in page.text for page in pages.values())
